// Made by `make contract` from console/contract: do not edit. A test fails when it is stale.
export interface paths {
  '/api/account-changes': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['ChangeOut'][] } } } }
  }
  '/api/account-changes/{change}': {
    delete: { parameters: { path: { change: number } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/account-changes/{change}/confirm': {
    post: { parameters: { path: { change: number } }; requestBody: { content: { 'application/json': components['schemas']['ConfirmIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['AccountOut'] } } } }
  }
  '/api/accounts': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['AccountOut'][] } } } }
  }
  '/api/accounts/{account}': {
    put: { parameters: { path: { account: string } }; requestBody: { content: { 'application/json': components['schemas']['AccountIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['AccountOut'] | components['schemas']['ChangeOut'] } }; 202: { content: { 'application/json': components['schemas']['ChangeOut'] } } } }
  }
  '/api/alarms': {
    get: { parameters: { query: { since?: string | null; until?: string | null; most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['AlarmOut'][] } } } }
  }
  '/api/alarms/{ident}/acknowledge': {
    post: { parameters: { path: { ident: number } }; requestBody: { content: { 'application/json': components['schemas']['AcknowledgeIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['AlarmOut'] } } } }
  }
  '/api/attachments/{ticket}': {
    post: { parameters: { path: { ticket: string }; header: { 'X-Hotline-File'?: string } }; requestBody: { content: { 'application/octet-stream': Blob } }; responses: { 201: { content: { 'application/json': components['schemas']['FileOut'] } } } }
  }
  '/api/attachments/{ticket}/{sha256}': {
    get: { parameters: { path: { ticket: string; sha256: string } }; responses: { 200: { content: { 'application/octet-stream': unknown } } } }
  }
  '/api/audit': {
    get: { parameters: { query: { before?: number | null; most?: number; actor?: string; action?: string; call?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['AuditPageOut'] } } } }
  }
  '/api/audit/csv': {
    get: { parameters: { query: { actor?: string; action?: string; call?: string; form?: 'csv' | 'xlsx' } }; responses: { 200: { content: { 'text/csv': unknown; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': unknown } } } }
  }
  '/api/board': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['BoardOut'] } } } }
  }
  '/api/callbacks': {
    get: { parameters: { query: { state?: string; mine?: boolean; due?: boolean; kind?: string; after?: string; most?: number }; header: { 'X-Hotline-Number'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'][] } } } }
  }
  '/api/callbacks/assign': {
    post: { requestBody: { content: { 'application/json': components['schemas']['AssignIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['AssignedOut'] } } } }
  }
  '/api/callbacks/csv': {
    get: { parameters: { query: { state?: string; mine?: boolean; due?: boolean; kind?: string; form?: 'csv' | 'xlsx' }; header: { 'X-Hotline-Number'?: string } }; responses: { 200: { content: { 'text/csv': string; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string } } } }
  }
  '/api/callbacks/{task}': {
    get: { parameters: { path: { task: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'] } } } }
  }
  '/api/callbacks/{task}/dial': {
    post: { parameters: { path: { task: string } }; requestBody?: { content: { 'application/json': components['schemas']['DialOwedIn'] | null } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/callbacks/{task}/give-back': {
    post: { parameters: { path: { task: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'] } } } }
  }
  '/api/callbacks/{task}/give-up': {
    post: { parameters: { path: { task: string } }; requestBody: { content: { 'application/json': components['schemas']['GiveUpIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'] } } } }
  }
  '/api/callbacks/{task}/reply': {
    post: { parameters: { path: { task: string } }; requestBody: { content: { 'application/json': components['schemas']['ReplyIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'] } } } }
  }
  '/api/callbacks/{task}/result': {
    post: { parameters: { path: { task: string } }; requestBody: { content: { 'application/json': components['schemas']['ResultIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'] } } } }
  }
  '/api/callbacks/{task}/take': {
    post: { parameters: { path: { task: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallbackOut'] } } } }
  }
  '/api/calls': {
    get: { parameters: { query: { after?: string; most?: number; since?: string | null; until?: string | null; line?: string; seat?: string; outcome?: string; case?: string; recorded?: boolean }; header: { 'X-Hotline-Number'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallOut'][] } } } }
  }
  '/api/calls/csv': {
    get: { parameters: { query: { form?: 'csv' | 'xlsx'; since?: string | null; until?: string | null; line?: string; seat?: string; outcome?: string; case?: string; recorded?: boolean }; header: { 'X-Hotline-Number'?: string } }; responses: { 200: { content: { 'text/csv': string; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string } } } }
  }
  '/api/calls/live': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['CallOut'][] } } } }
  }
  '/api/calls/{call}': {
    get: { parameters: { path: { call: string }; header: { 'X-Hotline-Reason'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallOut'] } } } }
  }
  '/api/calls/{call}/appeal': {
    post: { parameters: { path: { call: string } }; requestBody: { content: { 'application/json': components['schemas']['CallAppealIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['AppealOut'] } } } }
  }
  '/api/calls/{call}/disposition': {
    post: { parameters: { path: { call: string } }; requestBody: { content: { 'application/json': components['schemas']['DispositionIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DisposedOut'] } } } }
  }
  '/api/calls/{call}/draft': {
    get: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DraftOut'] } } } }
    put: { parameters: { path: { call: string } }; requestBody: { content: { 'application/json': components['schemas']['DraftIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DraftOut'] } } } }
    delete: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/calls/{call}/handovers': {
    get: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['HandoverOut'][] } } } }
  }
  '/api/calls/{call}/knowledge': {
    get: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CardReadOut'][] } } } }
  }
  '/api/calls/{call}/move': {
    post: { parameters: { path: { call: string }; query: { by?: string } }; requestBody: { content: { 'application/json': components['schemas']['MoveIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/calls/{call}/nuisance': {
    get: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallNuisanceOut'] } } } }
    post: { parameters: { path: { call: string } }; requestBody: { content: { 'application/json': components['schemas']['TagIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['TagOut'] } } } }
  }
  '/api/calls/{call}/pop': {
    get: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['PopOut'] } } } }
  }
  '/api/calls/{call}/progress': {
    get: { parameters: { path: { call: string }; query: { case?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['ProgressOut'][] } } } }
  }
  '/api/calls/{call}/recording': {
    get: { parameters: { path: { call: string }; query: { part?: number }; header: { Range?: string; 'X-Hotline-Purpose'?: string } }; responses: { 200: { content: { 'audio/ogg': unknown; 'audio/mpeg': unknown; 'audio/wav': unknown } }; 206: { content: { 'audio/ogg': unknown; 'audio/mpeg': unknown; 'audio/wav': unknown } } } }
    post: { parameters: { path: { call: string } }; requestBody: { content: { 'application/json': components['schemas']['ListenIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['ListenOut'] } } } }
  }
  '/api/calls/{call}/recording/waveform': {
    get: { parameters: { path: { call: string }; query: { part?: number }; header: { 'X-Hotline-Purpose'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['WaveformOut'] } } } }
  }
  '/api/calls/{call}/recordings': {
    get: { parameters: { path: { call: string } }; responses: { 200: { content: { 'application/json': components['schemas']['RecordingPartOut'][] } } } }
  }
  '/api/calls/{call}/repeats': {
    get: { parameters: { path: { call: string }; header: { 'X-Hotline-Matter'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['RepeatOut'][] } } } }
  }
  '/api/calls/{call}/tickets': {
    get: { parameters: { path: { call: string }; header: { 'X-Hotline-Reason'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'][] } } } }
    post: { parameters: { path: { call: string }; query: { part?: number; agent?: string; seat?: string } }; requestBody: { content: { 'application/json': {
      /** 诉求类型 (appeal_kind) */
      kind: string
      title: string
      content: string
      work_type?: string
      urgency?: string
      channel?: string
      confidential?: boolean
      anonymous?: boolean
      person?: {
        name?: string
        gender?: string
        /** as they were said; each is kept in its national form */
        phones?: string[]
        address?: string
      } | null
      subject?: {
        scheme?: string
        version?: string
        /** GET /api/codes; a string: codes begin with 0 */
        code: string
        kind?: string
        part_id?: string
        /** one of the code's filing conditions, in its words; none: the first */
        condition?: string
      } | null
      place?: {
        address_text?: string
        address_std?: string
        lng?: number | null
        lat?: number | null
        crs?: string
        accuracy?: string
        grid_code?: string
        area?: string[]
        /** of the finest of area: names are no keys */
        division?: string
      } | null
      unit_suggested?: string
      unit_confirmed?: string
      units_helping?: string[]
      accept_limit?: {
        value: number
        unit: string
        deadline?: string | null
      } | null
      handle_limit?: {
        value: number
        unit: string
        deadline?: string | null
      } | null
      related_cases?: string[]
      merged_into?: string
      answered_directly?: boolean
      knowledge?: string[]
      /** names like a/b.jpg without .., or https addresses */
      attachments?: string[]
      external_ids?: { [key: string]: string }
      consent?: string[]
      archive_level?: string
      retention_class?: string
      legal_hold?: boolean
    } } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } }; 201: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/calls/{call}/tie': {
    post: { parameters: { path: { call: string } }; requestBody: { content: { 'application/json': components['schemas']['TieIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TiedOut'] } } } }
  }
  '/api/case-events': {
    post: { responses: { 200: { content: { 'application/json': components['schemas']['CaseEventsTakenOut'] } } } }
  }
  '/api/choices': {
    get: { responses: { 200: { content: { 'application/json': { [key: string]: components['schemas']['ChoiceOut'][] } } } } }
  }
  '/api/codes': {
    get: { parameters: { query: { kind?: string; most?: number; district?: string; street?: string }; header: { 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CodeOut'][] } } } }
  }
  '/api/dead-letters': {
    get: { parameters: { query: { most?: number }; header: { 'X-Hotline-Reason'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'][] } } } }
  }
  '/api/dead-letters/{ticket}/replay': {
    post: { parameters: { path: { ticket: string } }; requestBody?: { content: { 'application/json': { [key: string]: unknown } } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/directory': {
    get: { parameters: { header: { 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TargetOut'][] } } } }
  }
  '/api/gate/sip': {
    get: { responses: { 204: { content: {  } } } }
  }
  '/api/health': {
    get: { parameters: { query: { of?: 'all' | 'calls' } }; responses: { 200: { content: { 'application/json': components['schemas']['HealthOut'] } } } }
  }
  '/api/knowledge': {
    get: { parameters: { query: { scheme?: string; code_kind?: string; code?: string; every?: boolean }; header: { 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CardOut'][] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['CardIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['CardOut'] } } } }
  }
  '/api/knowledge/{card}': {
    get: { parameters: { path: { card: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CardOut'][] } } } }
  }
  '/api/knowledge/{card}/versions': {
    post: { parameters: { path: { card: string } }; requestBody: { content: { 'application/json': components['schemas']['CardVersionIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['CardOut'] } } } }
  }
  '/api/knowledge/{card}/{version}/reads/{call}': {
    put: { parameters: { path: { card: string; version: number; call: string } }; responses: { 204: { content: {  } } } }
  }
  '/api/mass-events': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['MassEventOut'][] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['MassEventIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['MassEventOut'] } } } }
  }
  '/api/mass-events/{event}': {
    delete: { parameters: { path: { event: string } }; responses: { 200: { content: { 'application/json': components['schemas']['MassEventOut'] } } } }
  }
  '/api/my/calls': {
    get: { parameters: { query: { after?: string; most?: number; since?: string | null; until?: string | null; line?: string; seat?: string; outcome?: string; case?: string; recorded?: boolean }; header: { 'X-Hotline-Number'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['CallOut'][] } } } }
  }
  '/api/my/calls/csv': {
    get: { parameters: { query: { form?: 'csv' | 'xlsx'; since?: string | null; until?: string | null; line?: string; seat?: string; outcome?: string; case?: string; recorded?: boolean }; header: { 'X-Hotline-Number'?: string } }; responses: { 200: { content: { 'text/csv': string; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string } } } }
  }
  '/api/my/day': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['MyDayOut'] } } } }
  }
  '/api/my/drafts': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['DraftOut'][] } } } }
  }
  '/api/my/tickets': {
    get: { parameters: { query: { before?: string; most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'][] } } } }
  }
  '/api/notices': {
    get: { parameters: { query: { since?: string | null } }; responses: { 200: { content: { 'application/json': components['schemas']['NoticeOut'][] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['NoticeIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['NoticeOut'] } } } }
  }
  '/api/nuisance': {
    get: { parameters: { query: { most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['NuisanceOut'] } } } }
  }
  '/api/nuisance/appeals/{appeal}/decide': {
    post: { parameters: { path: { appeal: string } }; requestBody: { content: { 'application/json': components['schemas']['DecideAppealIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['AppealDecidedOut'] } } } }
  }
  '/api/nuisance/decisions/{decision}/end': {
    post: { parameters: { path: { decision: string } }; requestBody: { content: { 'application/json': components['schemas']['EndIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DecidedOut'] } } } }
  }
  '/api/nuisance/report': {
    get: { parameters: { query: { since?: string | null; until?: string | null } }; responses: { 200: { content: { 'application/json': components['schemas']['FairnessOut'] } } } }
  }
  '/api/nuisance/report/csv': {
    get: { parameters: { query: { since?: string | null; until?: string | null; form?: 'csv' | 'xlsx' } }; responses: { 200: { content: { 'text/csv': string; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string } } } }
  }
  '/api/nuisance/tags/{tag}/decide': {
    post: { parameters: { path: { tag: string } }; requestBody: { content: { 'application/json': components['schemas']['DecideIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DecidedOut'] } } } }
  }
  '/api/nuisance/tags/{tag}/dismiss': {
    post: { parameters: { path: { tag: string } }; requestBody: { content: { 'application/json': components['schemas']['DismissIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TagOut'] } } } }
  }
  '/api/oidc/back': {
    get: { parameters: { query: { code?: string; state?: string; error?: string } }; responses: {  } }
  }
  '/api/oidc/start': {
    get: { responses: {  } }
  }
  '/api/partner-states/{partner}': {
    post: { parameters: { path: { partner: string } }; responses: { 200: { content: { 'application/json': components['schemas']['PartnerStatesTakenOut'] } } } }
  }
  '/api/partners': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['PartnerOut'][] } } } }
  }
  '/api/phonebook': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['NumberOut'][] } } } }
  }
  '/api/places': {
    get: { parameters: { query: { most?: number }; header: { 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['PlacesOut'] } } } }
  }
  '/api/places/at': {
    get: { parameters: { header: { 'X-Hotline-Point'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['SpotOut'] } } } }
  }
  '/api/places/divisions': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['DivisionOut'][] } } } }
  }
  '/api/places/outlines': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['OutlineOut'][] } } } }
  }
  '/api/programs': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['ProgramOut'][] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['ProgramIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['ProgramTokenOut'] } } } }
  }
  '/api/programs/{name}': {
    delete: { parameters: { path: { name: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/programs/{name}/rotate': {
    post: { parameters: { path: { name: string } }; requestBody: { content: { 'application/json': components['schemas']['RotateIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['ProgramTokenOut'] } } } }
  }
  '/api/reports/{report}': {
    get: { parameters: { path: { report: 'kpi' | 'turned-away' | 'waits' | 'satisfaction' | 'promises' | 'self-service' }; query: { since?: string | null; until?: string | null; line?: string; form?: 'csv' | 'xlsx' } }; responses: { 200: { content: { 'text/csv': unknown; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': unknown } } } }
  }
  '/api/seats': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['SeatOut'][] } } } }
  }
  '/api/seats/{seat}': {
    get: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['SeatOut'] } } } }
  }
  '/api/seats/{seat}/after-call': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['AfterCallIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/call': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['CallSeatIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/day': {
    get: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['SeatDayOut'] } } } }
  }
  '/api/seats/{seat}/device': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['UseDeviceIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/dial': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['DialIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/drop': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['DropIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/end-wrap-up': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/extend-wrap-up': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/force': {
    post: { parameters: { path: { seat: string }; query: { by?: string } }; requestBody: { content: { 'application/json': components['schemas']['SeatForceIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/handover': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['HandOverIn'] } }; responses: { 202: { content: { 'application/json': components['schemas']['HandoverOut'] } } } }
  }
  '/api/seats/{seat}/handover/{handover}/accept': {
    post: { parameters: { path: { handover: string; seat: string } }; requestBody: { content: { 'application/json': components['schemas']['AcceptedIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['HandoverOut'] } } } }
  }
  '/api/seats/{seat}/handover/{handover}/refuse': {
    post: { parameters: { path: { handover: string; seat: string } }; requestBody: { content: { 'application/json': components['schemas']['RefusedIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['HandoverOut'] } } } }
  }
  '/api/seats/{seat}/hang-up': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/help': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
    delete: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/hold': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/keys': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['KeysIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/login': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['LoginIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/logout': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/pause': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['PauseIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/ready': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/resume': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/take-over': {
    post: { parameters: { path: { seat: string }; query: { by?: string } }; requestBody: { content: { 'application/json': components['schemas']['TakeOverIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/transfer': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['TransferIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/transfer/cancel': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/transfer/complete': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/transfer/conference': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/transfer/queue': {
    post: { parameters: { path: { seat: string } }; requestBody: { content: { 'application/json': components['schemas']['TransferToQueueIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/transfer/swap': {
    post: { parameters: { path: { seat: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/seats/{seat}/watch': {
    post: { parameters: { path: { seat: string }; query: { by?: string } }; requestBody: { content: { 'application/json': components['schemas']['WatchIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
    delete: { parameters: { path: { seat: string }; query: { by?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/session': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['MeOut'] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['SignIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['MeOut'] } } } }
    delete: { responses: { 200: { content: { 'application/json': components['schemas']['SignedOut'] } } } }
  }
  '/api/session/lock': {
    post: { requestBody?: { content: { 'application/json': components['schemas']['LockIn'] | null } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/session/password': {
    post: { requestBody: { content: { 'application/json': components['schemas']['PasswordIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/session/phone': {
    post: { responses: { 200: { content: { 'application/json': components['schemas']['PhoneOut'] } } } }
  }
  '/api/session/proof': {
    post: { requestBody: { content: { 'application/json': components['schemas']['ProofIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['ProofOut'] } } } }
  }
  '/api/session/seat': {
    post: { requestBody: { content: { 'application/json': components['schemas']['TakeSeatIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['MeOut'] } } } }
    delete: { responses: { 200: { content: { 'application/json': components['schemas']['MeOut'] } } } }
  }
  '/api/session/unlock': {
    post: { requestBody: { content: { 'application/json': components['schemas']['UnlockIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['MeOut'] } } } }
  }
  '/api/session/ways': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['WaysOut'] } } } }
  }
  '/api/sessions': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['SessionOut'][] } } } }
  }
  '/api/sessions/{session}': {
    delete: { parameters: { path: { session: string } }; responses: { 200: { content: { 'application/json': components['schemas']['DoneOut'] } } } }
  }
  '/api/settings': {
    get: { responses: { 200: { content: { 'application/json': components['schemas']['SettingOut'][] } } } }
  }
  '/api/switches': {
    get: { parameters: { query: { most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['SwitchesOut'] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['SwitchIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['SwitchedOut'] } } } }
  }
  '/api/templates': {
    get: { parameters: { query: { kind?: string; scheme?: string; code_kind?: string; code?: string; every?: boolean }; header: { 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TemplateOut'][] } } } }
    post: { requestBody: { content: { 'application/json': components['schemas']['TemplateIn'] } }; responses: { 201: { content: { 'application/json': components['schemas']['TemplateOut'] } } } }
  }
  '/api/templates/{template}': {
    put: { parameters: { path: { template: string } }; requestBody: { content: { 'application/json': components['schemas']['TemplateIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TemplateOut'] } } } }
  }
  '/api/tickets': {
    get: { parameters: { query: { before?: string; most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'][] } } } }
    post: { parameters: { query: { agent?: string; seat?: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': {
      /** 诉求类型 (appeal_kind) */
      kind: string
      title: string
      content: string
      work_type?: string
      urgency?: string
      channel?: string
      confidential?: boolean
      anonymous?: boolean
      person?: {
        name?: string
        gender?: string
        /** as they were said; each is kept in its national form */
        phones?: string[]
        address?: string
      } | null
      subject?: {
        scheme?: string
        version?: string
        /** GET /api/codes; a string: codes begin with 0 */
        code: string
        kind?: string
        part_id?: string
        /** one of the code's filing conditions, in its words; none: the first */
        condition?: string
      } | null
      place?: {
        address_text?: string
        address_std?: string
        lng?: number | null
        lat?: number | null
        crs?: string
        accuracy?: string
        grid_code?: string
        area?: string[]
        /** of the finest of area: names are no keys */
        division?: string
      } | null
      unit_suggested?: string
      unit_confirmed?: string
      units_helping?: string[]
      accept_limit?: {
        value: number
        unit: string
        deadline?: string | null
      } | null
      handle_limit?: {
        value: number
        unit: string
        deadline?: string | null
      } | null
      related_cases?: string[]
      merged_into?: string
      answered_directly?: boolean
      knowledge?: string[]
      /** names like a/b.jpg without .., or https addresses */
      attachments?: string[]
      external_ids?: { [key: string]: string }
      consent?: string[]
      archive_level?: string
      retention_class?: string
      legal_hold?: boolean
    } } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } }; 201: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/search': {
    get: { parameters: { query: { after?: string; most?: number; case?: string; code?: string; kind?: string; unit?: string; state?: string; agent?: string; since?: string | null; until?: string | null }; header: { 'X-Hotline-Number'?: string; 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketsFoundOut'] } } } }
  }
  '/api/tickets/search/csv': {
    get: { parameters: { query: { form?: 'csv' | 'xlsx'; case?: string; code?: string; kind?: string; unit?: string; state?: string; agent?: string; since?: string | null; until?: string | null }; header: { 'X-Hotline-Number'?: string; 'X-Hotline-Search'?: string } }; responses: { 200: { content: { 'text/csv': string; 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string } } } }
  }
  '/api/tickets/{ticket}': {
    get: { parameters: { path: { ticket: string }; header: { 'X-Hotline-Reason'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/correct': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['CorrectIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/give-back': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['SayIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/merge': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['MergeIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/plus-one': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['SayIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/story': {
    get: { parameters: { path: { ticket: string }; header: { 'X-Hotline-Reason'?: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketStoryOut'] } } } }
  }
  '/api/tickets/{ticket}/supplement': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['SayIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/text-messages': {
    get: { parameters: { path: { ticket: string } }; responses: { 200: { content: { 'application/json': components['schemas']['TextMessageOut'][] } } } }
    post: { parameters: { path: { ticket: string } }; responses: { 202: { content: { 'application/json': components['schemas']['TextMessageOut'][] } } } }
  }
  '/api/tickets/{ticket}/unmerge': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/urge': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['UrgeIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/tickets/{ticket}/withdraw': {
    post: { parameters: { path: { ticket: string }; header: { 'Idempotency-Key': string } }; requestBody: { content: { 'application/json': components['schemas']['WithdrawIn'] } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'] } } } }
  }
  '/api/wall/calls': {
    get: { parameters: { query: { set: string; since?: string | null; until?: string | null; line?: string; queue?: string; most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['CallOut'][] } } } }
  }
  '/api/wall/day': {
    get: { parameters: { query: { day?: string | null } }; responses: { 200: { content: { 'application/json': components['schemas']['DayOut'] } } } }
  }
  '/api/wall/tickets': {
    get: { parameters: { query: { kind?: string; code?: string; since?: string | null; until?: string | null; most?: number } }; responses: { 200: { content: { 'application/json': components['schemas']['TicketOut'][] } } } }
  }
  '/metrics': {
    get: { responses: { 200: { content: { 'text/plain': unknown } } } }
  }
}

export interface components {
  schemas: {
    /** The partner has taken it: the agent leaves, citizen and partner go on talking. */
    AcceptedIn: {
      /** the partner's own number, as its desk says it */
      reference?: string
    }
    /** PUT /api/accounts/{account}: make one (``name`` and ``role`` are wanted), or change what is given of a standing one. */
    AccountIn: {
      /** absent: as it is */
      name?: string | null
      /** absent: as it is; never one's own */
      role?: string | null
      /** absent: as it is; its person changes it at once */
      password?: string | null
      /** absent: as it is (a new one: false) */
      locked?: boolean | null
      /** of the password given; absent: true of a session, false with the installation's token */
      must_change?: boolean | null
      /** the identity provider's next person of this name is theirs */
      unbind?: boolean
      /** the own password, in place of POST /api/session/proof; wanted of a session for each of: a new account, role, password, lock, unbind */
      proof?: string | null
    }
    AccountOut: {
      account: string
      name: string
      role: string
      locked: boolean
      has_password: boolean
      changed_at: string
    }
    /** POST /api/alarms/{id}/acknowledge. */
    AcknowledgeIn: {
      note?: string
    }
    AfterCallIn: {
      /** '': take it back */
      then: string
      /** wanted for a pause */
      reason?: string
    }
    AlarmOut: {
      id: number
      at: string
      /** queue_threshold, blind, trunk_down, line_down, backlog, seat_phone, missed … */
      kind: string
      severity: 'critical' | 'warning'
      subject: string
      /** a sentence in the centre's language */
      detail: string
      /** zh, en → the same in it; empty: it is known in one language alone */
      texts: { [key: string]: string }
      call: string
      acknowledged_by: string
      acknowledged_at?: string | null
      cleared_at?: string | null
    }
    AppealDecidedOut: {
      appeal: components['schemas']['AppealOut']
      /** Asterisk has it by now; else at its next connection */
      in_force: boolean
    }
    AppealOut: {
      id: string
      decision: string
      /** masked or empty where the role demands it */
      number: string
      call: string
      at: string
      /** agent | phone */
      how: string
      /** the agent who wrote it down; '' it was a key */
      by: string
      words: string
      due_at: string
      decided_at: string | null
      decided_by: string
      upheld: boolean | null
      answer: string
      /** of the decision it is against; '' where it is in force no more */
      grade: string
      /** who decided that */
      decision_by: string
      until?: string | null
    }
    AssignIn: {
      tasks: string[]
      agent: string
    }
    AssignedOut: {
      assigned: string[]
      refused: components['schemas']['NotAssignedOut'][]
    }
    /** GET /api/audit. Each row's hash covers the row before it. */
    AuditOut: {
      seq: number
      at: string
      actor: string
      /** of the account by now; '' it is none, or is no more */
      actor_name: string
      action: string
      call: string
      detail: string
      hash: string
    }
    AuditPageOut: {
      rows: components['schemas']['AuditOut'][]
      /** the chain of the rows shown fits */
      unbroken: boolean
    }
    /** Why a person does something that is written into the audit log. */
    BecauseIn: {
      reason: string
    }
    /** What one's account went through before this sign-in: who sees something here that was not theirs tells an operator. */
    BeforeOut: {
      at: string
      address: string
      /** name, role, lock or password were changed since then; null: none was */
      changed_at: string | null
    }
    /** One half hour, by when calls arrived. */
    BinOut: {
      at: string
      offered: number
      answered: number
      /** over without an answer, whyever; who waits still is not among them */
      unanswered: number
      abandoned: number
      service_level_15s: number | null
    }
    BoardOut: {
      live: boolean
      as_of: string | null
      calls: components['schemas']['CallOut'][]
      seats: components['schemas']['SeatOut'][]
      queues: components['schemas']['QueueOut'][]
      trunks: components['schemas']['TrunkOut'][]
      lines: components['schemas']['LineOut'][]
    }
    /** The last frame; then the socket closes with 4000 + a number of its own. */
    Bye: {
      t: 'bye'
      why: 'signed_out' | 'expired' | 'slow' | 'another_tab' | 'bad_frame' | 'too_many' | 'going_down'
      /** connect again by yourself */
      again: boolean
    }
    /** POST /api/calls/{call}/appeal: a caller thinks that a number is held back wrongly. */
    CallAppealIn: {
      /** what the caller says */
      words: string
      /** where it is another than the one of this call */
      number?: string | null
    }
    /** Of one call: whether it may be tagged, and how its number is held back. */
    CallNuisanceOut: {
      taggable: boolean
      /** '' it is; none (no such settings), no_number, partner, not_a_person, anonymous, emergency, danger */
      why_not: string
      /** state of its tag; '' it has none */
      tag: string
      /** how its number is held back now; '' not */
      grade: string
      until: string | null
    }
    CallOut: {
      call: string
      direction: string
      state: string
      line: string
      trunk: string
      caller: string
      caller_name: string
      dialled: string
      partner: string
      reference: string
      origin: string
      /** who forwarded the call to us (Diversion) */
      diverted: string
      /** the caller asked the network for privacy */
      hidden: boolean
      queue: string
      seat: string
      agent: string
      /** of a call that is over */
      agent_name: string
      arrived_at: string | null
      notice_at: string | null
      queued_at: string | null
      answered_at: string | null
      ended_at: string | null
      outcome: string
      reason: string
      recordings: string[]
      /** of a live call, in the order in which they came */
      participants: components['schemas']['ParticipantOut'][]
      /** whom it was is nobody's: the number is left out for everybody */
      anonymous: boolean
      /** numbers of the cases that came of it, once it is over */
      cases: string[]
      /** GET /api/calls/{call} with a reason shows a supervisor the number */
      confidential: boolean
      /** the caller as a screen that a whole room reads shows it: 138****0001 */
      caller_masked: string
    }
    CallSeatIn: {
      to: string
    }
    /** One call that we made to the citizen. */
    CallbackAttemptOut: {
      call: string
      at: string
      ended_at: string | null
      agent: string
      seat: string
      /** what came of it: by the agent's word where there is one, else by the telephone */
      result: string
      /** by the telephone alone */
      told: string
      note: string
    }
    CallbackMoved: {
      id: string
      state: string
      owner: string
      tries: number
      due_at: string
    }
    /** Somebody who is owed a call. */
    CallbackOut: {
      id: string
      /** missed | voicemail | queue_offer | reply | returned | review | appeal */
      kind: string
      /** open | taken | assigned | done | given_up */
      state: string
      /** why nobody answered them */
      reason: string
      line: string
      /** masked or empty where the role demands it */
      number: string
      /** the number as it is dialled, where it is shown whole */
      dials: string
      /** the call it is about; '' none */
      call: string
      made_at: string
      due_at: string
      /** the agent who has it; '' nobody */
      owner: string
      /** calls that rang there; those that never went out are not counted */
      tries: number
      done_at: string | null
      done_by: string
      /** a result, a reason of giving up, or heard: they called again themselves */
      done_how: string
      note: string
      /** oldest first */
      attempts: components['schemas']['CallbackAttemptOut'][]
      /** seconds into the recording of the call at which the message begins; none was left: null */
      voicemail_from?: number | null
      /** how long it is */
      voicemail_seconds?: number | null
      /** I have it */
      mine: boolean
      /** there is a number, and it is not for these eyes */
      withheld: boolean
      /** of a result to tell or a case that came back; '' none */
      ticket: string
      /** the agent who took the citizen's call: they call first; '' nobody */
      prefers: string
      case_number: string
      /** of the ticket; shown with the number */
      title: string
      /** what is to be told, or asked for; shown with the number */
      script: string
      /** solved | unsolved | refused | unreached; '' not yet */
      answer: string
      /** 1 to 5; null: not rated */
      satisfied?: number | null
    }
    /** Call-backs were made, taken, tried or ended: a list that shows them, or might, asks for them anew. */
    CallbacksMoved: {
      t: 'callbacks'
      at: string
      moved: components['schemas']['CallbackMoved'][]
      /** others moved too: ask for the whole list */
      more: boolean
    }
    /** POST /api/knowledge, POST /api/knowledge/{card}/versions. */
    CardIn: {
      title: string
      /** the answer */
      text: string
      /** what citizens call it, with blanks or 、 between */
      keywords?: string
      /** what who asks is told all at once, one a line */
      checklist?: string
      scheme?: string
      code_kind?: '' | 'event' | 'part'
      code?: string
      code_name?: string
      /** the rule or the office it is taken from */
      source?: string
      /** null: from today on */
      valid_from?: string | null
      /** its last day; null: until another version */
      valid_until?: string | null
      /** offered no more; its versions stay readable */
      retired?: boolean
    }
    CardOut: {
      id: string
      version: number
      /** as tickets and dispositions cite it */
      key: string
      title: string
      text: string
      keywords: string
      /** one thing a line */
      checklist: string
      scheme: string
      code_kind: string
      code: string
      code_name: string
      source: string
      valid_from: string
      valid_until: string | null
      retired: boolean
      /** came with the program; nobody here has looked at it yet */
      sample: boolean
      changed_at: string | null
      changed_by: string
    }
    /** GET /api/calls/{call}/knowledge. */
    CardReadOut: {
      at: string
      card: string
      version: number
      /** of that version */
      title: string
      agent: string
    }
    CardVersionIn: {
      title: string
      /** the answer */
      text: string
      /** what citizens call it, with blanks or 、 between */
      keywords?: string
      /** what who asks is told all at once, one a line */
      checklist?: string
      scheme?: string
      code_kind?: '' | 'event' | 'part'
      code?: string
      code_name?: string
      /** the rule or the office it is taken from */
      source?: string
      /** null: from today on */
      valid_from?: string | null
      /** its last day; null: until another version */
      valid_until?: string | null
      /** offered no more; its versions stay readable */
      retired?: boolean
      /** the newest version its writer saw */
      after: number
    }
    /** A callback was taken: what it says is in the ledger. */
    CaseEventsTakenOut: {
      events: number
      /** a callback with this webhook-id had been taken before */
      repeated: boolean
    }
    CaseState: 'filed' | 'dispatched' | 'handling' | 'suspended' | 'handled' | 'checked' | 'closed' | 'returned' | 'voided'
    /** One line of what became of a case. */
    CaseStepOut: {
      /** the case store's own count of the case's changes; 0: its receipt */
      sequence: number
      state: components['schemas']['CaseState']
      at: string
      heard_at: string
      /** the case store's own for the state */
      word: string
      unit: string
      note: string
      /** it moved nothing: a later one had been heard before */
      late: boolean
    }
    ChangeOfField: {
      field: string
      before: unknown
      after: unknown
    }
    /** GET /api/account-changes, and the answer (202) to a PUT that another person has to confirm: nothing is changed yet. */
    ChangeOut: {
      id: number
      account: string
      /** null: as it is; the others likewise */
      name: string | null
      role: string | null
      locked: boolean | null
      /** a new one was given with it */
      password: boolean
      unbind: boolean
      asked_by: string
      asked_at: string
      expires_at: string
      /** asked for by who asks now, or about them: another one confirms it */
      mine: boolean
    }
    ChoiceOut: {
      key: string
      zh: string
      en: string
    }
    CodeOut: {
      scheme: string
      version: string
      kind: string
      code: string
      name: string
      major: string
      major_name: string
      confidence: string
      /** in the catalogue's order */
      conditions: components['schemas']['ConditionOut'][]
      /** null: nobody is known */
      responsible?: components['schemas']['UnitOut'] | null
    }
    /** A filing condition of a code: the limit hangs on it. */
    ConditionOut: {
      /** '': the code has one limit, whatever the case */
      text: string
      /** what it takes to close the case */
      close: string
      value: number
      /** limit_unit of GET /api/choices */
      unit: string
      /** what is to be done by then: handle, stop, penalty or removal */
      stage: string
      /** of another city, until this city's own catalogue is in force */
      sample: boolean
      /** meant where a ticket names none */
      chosen: boolean
    }
    /** POST /api/account-changes/{change}/confirm. With the installation's token ``account`` and ``proof`` say who confirms. */
    ConfirmIn: {
      /** with the installation's token: the second person */
      account?: string | null
      /** their password; a session may have given it before */
      proof?: string | null
    }
    /** POST /api/tickets/{ticket}/correct: fields of TicketIn, those that change alone. */
    CorrectIn: {
      changes: { [key: string]: unknown }
    }
    CountOut: {
      key: string
      name: string
      count: number
    }
    CountedOut: {
      key: string
      count: number
    }
    /** GET /api/wall/day?day=2026-11-23: a day's figures, its curve and the curve a week before. */
    DayOut: {
      day: string
      /** the day's bounds in the centre's time zone: what drill-downs ask for */
      since: string
      until: string
      figures: components['schemas']['FiguresOut'][]
      targets: components['schemas']['TargetsOut']
      curve: components['schemas']['BinOut'][]
      week_before: components['schemas']['BinOut'][]
      tickets_by_kind: components['schemas']['CountOut'][]
      /** the 15 most frequent; their key (event-0101@SCHEME@VERSION) is what /api/wall/tickets takes as code */
      tickets_by_code: components['schemas']['CountOut'][]
      /** intervals that could not be back-filled */
      uncertain: components['schemas']['SpanOut'][]
      outages: components['schemas']['OutageOut'][]
      waits_told: components['schemas']['WaitToldOut'][]
      satisfaction: components['schemas']['SatisfactionOut'][]
    }
    DecideAppealIn: {
      /** true: the number is held back no longer */
      upheld: boolean
      /** what the caller is told, in a call-back that he is owed */
      answer: string
    }
    DecideIn: {
      grade: 'queue' | 'quota' | 'message'
      /** so long, at most nuisance.most_days of the settings */
      days: number
      reason: string
    }
    DecidedOut: {
      decision: components['schemas']['DecisionOut']
      /** Asterisk has it by now; else at its next connection */
      in_force: boolean
    }
    DecisionOut: {
      id: string
      /** masked or empty where the role demands it */
      number: string
      /** queue | quota | message */
      grade: string
      at: string
      until: string
      by: string
      why: string
      /** the tag that it was made of; '' none */
      tag: string
      /** before its time; null: it was not */
      ended_at: string | null
      ended_by: string
      /** lifted | mistake | appeal | replaced | danger; '' it runs, or ran, its time */
      ended_how: string
      ended_why: string
      /** calls of the number meanwhile; in the report alone */
      calls: number
    }
    DeliveryState: 'waiting' | 'delivered' | 'poisoned' | 'not_carried'
    /** Rows that changed, whole; ``gone``: calls that are over. */
    Delta: {
      t: 'delta'
      seq: number
      at: string
      vitals: components['schemas']['VitalsOut'] | null
      seats: components['schemas']['SeatOut'][]
      calls: components['schemas']['CallOut'][]
      gone: string[]
      queues: components['schemas']['QueueOut'][]
      lines: components['schemas']['LineOut'][]
      trunks: components['schemas']['TrunkOut'][]
      switches: components['schemas']['SwitchOut'][]
      alarms: components['schemas']['AlarmOut'][]
      figures: components['schemas']['FiguresOut'][]
    }
    /** Whom your seat called in, called, or gave its citizen to: reached, or why not. */
    DialEnded: {
      t: 'dialled'
      at: string
      call: string
      way: components['schemas']['DialWay']
      /** a seat or a number as it was dialled; '' unknown */
      to: string
      /** never cancelled: that is told to nobody */
      result: components['schemas']['DialResult']
    }
    DialIn: {
      number: string
    }
    DialOwedIn: {
      /** what the page expects to be dialled (its phone rings with it); refused when it is another */
      number?: string | ''
    }
    /** What became of it. */
    DialResult: 'answered' | 'busy' | 'no_answer' | 'declined' | 'wrong_number' | 'unreachable' | 'not_allowed' | 'cancelled'
    /** Why somebody is called into a call. */
    DialWay: 'consult' | 'call' | 'transfer'
    DismissIn: {
      reason: string
    }
    DisposedOut: {
      outcome: string
      replaced: string | null
    }
    /** How a call ends without a ticket; ``agent`` and ``seat`` are heard from the installation's token only. */
    DispositionIn: {
      outcome: string
      /** GET /api/choices → refusal; wanted when refused */
      code?: string
      note?: string
      knowledge?: string[]
      agent?: string | null
      seat?: string | null
    }
    DivisionOut: {
      /** 6, 9 or 12 digits */
      code: string
      /** district, street or community */
      level: string
      name: string
      parent: string
    }
    DoneOut: {
      done: boolean
      /** 'after_call': agreed for when the call is over */
      detail: string
    }
    /** PUT /api/calls/{call}/draft. ``version`` grows; an older one than stands is refused (409, the standing one wins). */
    DraftIn: {
      version: number
      /** the form as it stands, complete or not; at most 16 kB as JSON */
      fields: { [key: string]: unknown }
    }
    DraftOut: {
      call: string
      agent: string
      /** 0: nothing was written yet */
      version: number
      at: string
      fields: { [key: string]: unknown }
    }
    /** One party of the own call. */
    DropIn: {
      /** of its ParticipantOut */
      leg: string
    }
    EndIn: {
      reason: string
      /** it ought not to have been decided: the fairness report counts it */
      mistake?: boolean
    }
    /** Every answer that is not 2xx. */
    ErrorOut: {
      /** a short stable word */
      error: string
      /** the field at fault, if there is one */
      field: string
      /** for a person, in the centre's language */
      message: string
      allowed: string[]
      /** all problems, when there are several */
      problems: components['schemas']['ProblemOut'][]
    }
    /** Of tags, decisions and appeals that were made in the period, as they stand now. */
    FairnessOut: {
      since: string
      until: string
      tags: number
      tags_open: number
      tags_dismissed: number
      tags_by_reason: components['schemas']['CountedOut'][]
      tags_by_agent: components['schemas']['CountedOut'][]
      decisions: number
      decisions_by_grade: components['schemas']['CountedOut'][]
      /** for how long they were decided; null: there is none */
      decided_days_mean: number | null
      /** how long they held, or have held by now */
      held_days_mean: number | null
      /** by how; expired: they ran their time; in_force: they still do */
      ended: components['schemas']['CountedOut'][]
      /** ended as a mistake, by an appeal or by danger */
      mistakes: number
      /** of the decisions; null: there is none */
      mistake_share: number | null
      appeals: number
      appeals_by_phone: number
      appeals_open: number
      appeals_overdue: number
      appeals_upheld: number
      appeals_refused: number
      /** from an appeal to its decision */
      appeal_hours_mean: number | null
      /** decided by who had decided what they were against */
      appeals_by_decider: number
      /** GRADE/STEP → calls of graded numbers */
      calls: components['schemas']['CountedOut'][]
      /** grade → numbers now */
      in_force: components['schemas']['CountedOut'][]
      /** the decisions, the latest first */
      rows: components['schemas']['DecisionOut'][]
    }
    /** Today so far, for one queue or one line (``of``): counts, the two rates, and their targets. */
    FiguresOut: {
      of: 'all' | 'queue' | 'line'
      id: string
      offered: number
      answered: number
      abandoned: number
      requests: number
      answered_15s: number
      service_level_15s: number | null
      connect_rate_24h: number | null
      wait_seconds_mean: number | null
      talk_seconds_mean: number | null
      /** calls in intervals that could not be back-filled */
      uncertain: number
    }
    FileOut: {
      sha256: string
      name: string
      type: string
      size: number
      at: string
      by: string
    }
    GiveUpIn: {
      /** other: the note says it */
      reason: string
      note?: string
    }
    HandOverIn: {
      partner: string
      /** of this call; none: its newest, if it has one */
      ticket?: string | null
      /** '': title and address of the ticket */
      summary?: string
    }
    /** One hand-over of a call, with all its moments. */
    HandoverOut: {
      id: string
      call: string
      partner: string
      partner_name: string
      seat: string
      agent: string
      /** '': none was filed when it was asked for */
      ticket: string
      asked_at: string
      /** the message to the partner: waiting, sent, unsure, failed, withdrawn; '' it has no endpoint, and the papers go in the headers of the call alone */
      told: string
      told_at: string | null
      /** the partner's desk answered */
      answered_at: string | null
      /** accepted, or the citizen was ours again; null: it goes on */
      ended_at: string | null
      /** '' it goes on; accepted, refused, not_taken, busy, no_answer, declined, wrong_number, unreachable, cancelled, caller_left, failed, unknown */
      how: string
      /** the agent who said how it ended; '' the telephone did */
      by: string
      /** the partner's own number of the matter */
      reference: string
      /** why it was refused */
      note: string
      /** what the partner's own program said last: accepted, refused, handling, done, closed, withdrawn; '' nothing */
      their_state: string
      /** with its words for it */
      their_note: string
    }
    HealthOut: {
      /** everything is well */
      ok: boolean
      /** degraded: callers are served, something else is away (the ledger, the edge…) | broken: callers are not, or nobody sees them */
      state: 'ok' | 'degraded' | 'broken'
      live: boolean
      vitals: components['schemas']['VitalOut'][]
      /** tickets on their way to the case store; null: the ledger is away */
      backlog: number | null
      dead_letters: number | null
    }
    Hello: {
      t: 'hello'
      instance: string
      /** of the last snapshot; '': none */
      epoch?: string
      /** the last one heard */
      seq?: number
    }
    /** Telephone keys, as if pressed at the seat's phone. */
    KeysIn: {
      keys: string
    }
    LimitIn: {
      value: number
      unit: string
      deadline: string | null
    }
    LineOut: {
      line: string
      name: string
      calls: number
      capacity: number
      healthy: boolean | null
    }
    /** POST /api/calls/{call}/recording: why it is listened to; the sound is asked for after it. */
    ListenIn: {
      /** for the audit log */
      purpose: string
      /** which recording of the call */
      part?: number
    }
    ListenOut: {
      call: string
      part: number
      /** so long the purpose holds, for this session */
      until: string
    }
    /** POST /api/session/lock. */
    LockIn: {
      /** nobody touched the page for long: the own seat, if it is ready, is paused (away) */
      idle?: boolean
    }
    LoginIn: {
      agent: string
      /** false: paused (reason login) until ready */
      ready?: boolean
    }
    MassEventIn: {
      ticket: string
      title: string
      district?: string
      words: string
      ends_at: string
    }
    MassEventOut: {
      id: string
      ticket: string
      case_number: string
      title: string
      /** '': the whole city */
      district: string
      /** what callers are told */
      words: string
      opened_at: string
      opened_by: string
      ends_at: string
      closed_at: string | null
      closed_by: string
    }
    /** What is known so far of the matter that is typed; in the header X-Hotline-Matter, as JSON. */
    MatterIn: {
      code: string
      code_kind: string
      scheme: string
      part_id: string
      address: string
      address_std: string
      grid_code: string
      lng: number | null
      lat: number | null
      crs: string
      accuracy: string
    }
    /** A matter under both numbers, as a partner's own program says it stands there. */
    MatterOut: {
      partner: string
      partner_name: string
      /** the partner's own; '' it has told none */
      number: string
      /** accepted, refused, handling, done, closed, withdrawn; '' it has said nothing */
      state: string
      since: string | null
      /** as the partner calls it */
      word: string
      unit: string
      note: string
    }
    /** GET /api/session: who I am here, and what I may. */
    MeOut: {
      account: string
      name: string
      role: string
      /** the words of console.access.Right */
      rights: string[]
      seat: string | null
      /** browser | desk: the one that rings; '' without a seat */
      device: string
      /** the page is a telephone of this seat, or may be */
      browser_phone: boolean
      locked: boolean
      idle_lock_seconds: number
      expires_at: string
      /** the centre's name */
      centre: string
      /** 12319 */
      number: string
      pause_reasons: string[]
      wrap_up_seconds: number
      /** what the agent says to whom the seat calls; '': a prompt says it, or nothing is recorded */
      outbound_notice: string
      /** the demo's daemon: the page says so */
      demo: boolean
      /** the password is somebody else's choice: only POST /api/session/password is open */
      must_change: boolean
      /** of POST and GET /api/session: the sign-in before this one; null: there was none */
      before?: components['schemas']['BeforeOut'] | null
    }
    MergeIn: {
      into: string
    }
    MessageKind: 'file' | 'supplement' | 'urge' | 'plus_one' | 'reply' | 'return' | 'withdraw' | 'reopen' | 'merge' | 'unmerge'
    /** POST /api/calls/{call}/move: a waiting caller to a queue's head (``urgent``) or end. */
    MoveIn: {
      queue: string
      urgent?: boolean
      reason: string
    }
    /** GET /api/my/day: since midnight in the centre's time zone, from the ledger; me only. */
    MyDayOut: {
      answered: number
      missed: number
      talk_seconds: number
      talk_seconds_mean: number | null
      held_seconds: number
      wrap_up_seconds: number
      ready_seconds: number
      paused_seconds: number
      tickets: number
      direct: number
      signed_in_at: string | null
      /** my calls that still want a ticket or another outcome */
      without_outcome: components['schemas']['CallOut'][]
    }
    NotAssignedOut: {
      task: string
      error: string
      message: string
    }
    /** POST /api/notices: to every console, or to those at ``seats``. */
    NoticeIn: {
      text: string
      urgent?: boolean
      seats?: string[]
    }
    NoticeOut: {
      id: number
      at: string
      by: string
      by_name: string
      text: string
      urgent: boolean
      /** consoles it reached at once */
      heard: number
    }
    /** A supervisor's broadcast. */
    NoticeSaid: {
      t: 'notice'
      id: number
      at: string
      by: string
      by_name: string
      text: string
      urgent: boolean
    }
    NuisanceOut: {
      /** what may be decided; none: nothing, by these settings */
      grades: string[]
      most_days: number
      quota_minutes: number
      /** open, oldest first */
      tags: components['schemas']['TagOut'][]
      /** in force, those that end soonest first */
      decisions: components['schemas']['DecisionOut'][]
      /** open, those due soonest first */
      appeals: components['schemas']['AppealOut'][]
      /** the latest first */
      ended: components['schemas']['DecisionOut'][]
    }
    /** One-key numbers: 12345, 110, units. GET /api/phonebook. */
    NumberOut: {
      key: string
      name: string
      number: string
      /** linkage | unit */
      group: string
    }
    /** What rang at your seat rings no more, and you did not answer it. */
    OfferOver: {
      t: 'offer_over'
      at: string
      call: string
      result: 'missed' | 'refused' | 'unable' | 'withdrawn'
      /** a citizen of a queue, not a transfer or a consultation */
      queue: boolean
    }
    /** A trunk that did not answer: who could not call by it stands in no figure. */
    OutageOut: {
      trunk: string
      name: string
      /** ids of the lines that had calls by it lately; none: nobody knows whose it is */
      lines: string[]
      began_at: string
      ended_at: string | null
    }
    /** Of a division, to be drawn: nothing is decided by it. */
    OutlineOut: {
      code: string
      name: string
      /** district, street or community */
      level: string
      sample: boolean
      /** longitude, latitude, longitude … in WGS-84 */
      rings: number[][]
    }
    /** One party of a live call. */
    ParticipantOut: {
      /** names the party in this call: POST /api/seats/{seat}/drop */
      leg: string
      /** citizen | agent (a seat that has the call) | consulted (called in by ``by``) */
      role: string
      /** '' when it is no seat */
      seat: string
      /** of the agent there, or of the number in the phone book; '' unknown */
      name: string
      /** '' of a seat, or withheld */
      number: string
      /** ringing | waiting | talking | held (hears music) | failed (could not be reached) */
      state: string
      /** parties with the same number hear each other; 0: hears none of them */
      group: number
      /** since when it is in this state */
      since: string
      /** the seat that called it in; '' nobody did */
      by: string
      /** of one that failed: busy, no_answer, declined, wrong_number, unreachable, not_allowed */
      reason: string
    }
    /** A partner to whom calls can be handed over. */
    PartnerOut: {
      id: string
      name: string
      /** its desk, as the participants of a call name it */
      number: string
    }
    /** POST /api/partner-states/{partner}: in the ledger, now or before. */
    PartnerStatesTakenOut: {
      /** states that are newer than all before */
      moved: number
      /** heard before, or late: in the history, nothing moved */
      known: number
      /** of matters that are nobody's here yet */
      unknown: number
      /** a call with this id had been taken before */
      repeated: boolean
    }
    /** Who calls, as far as the number tells; numbers are masked where the role demands it. */
    PartyOut: {
      number: string
      /** 厦门, 福建泉州…; '' unknown */
      area: string
      carrier: string
      /** mobile | landline | service | short | hidden | unknown */
      kind: string
    }
    /** One thing that a caller went through before he was answered. */
    PassedOut: {
      at: string
      /** notice, queue (he came to it), told (his place), offered (a call-back), kept (his place, by a key), up (it came up), progress, mass_event (by keys, with a result), key (of a menu: the result) */
      what: string
      queue: string
      /** 1: the next; 0: none was told */
      place: number
      /** he was told to wait; none: no time was told */
      minutes: number | null
      /** by keys: told, wrong, refused, silent, unanswered; offered, joined; of a menu the key */
      result: string
    }
    PasswordIn: {
      old: string
      /** at least 12 characters and at most 128, none of the known-bad ones nor of the last five */
      new: string
    }
    /** One earlier call of the same number. */
    PastCallOut: {
      call: components['schemas']['CallOut']
      ticket_ids: string[]
      /** in the order they began */
      recordings: components['schemas']['RecordingOut'][]
      /** to partners, oldest first */
      handovers: components['schemas']['HandoverOut'][]
    }
    PauseIn: {
      reason: string
    }
    PersonIn: {
      name: string
      gender: string
      /** as they were said; each is kept in its national form */
      phones: string[]
      address: string
    }
    /** POST /api/session/phone: made anew at each request, for the page's own SIP stack; never shown, never stored. */
    PhoneOut: {
      user: string
      password: string
      /** sip:8001@hotline */
      uri: string
      /** path of the WebSocket on this origin: /sip */
      socket: string
      register_seconds: number
    }
    /** The softphone's proof that it can ring and speak; every 5 s and whenever it changes. */
    PhoneSays: {
      t: 'phone'
      registered: boolean
      /** the page may play sound (a person touched it) */
      audio: boolean
      /** permission given and a device there */
      microphone: boolean
      visible: boolean
      /** the call it holds media for */
      call?: string | ''
      /** it holds a SIP session, whatever it is */
      leg?: boolean
      rtt_ms?: number | null
      loss_percent?: number | null
      jitter_ms?: number | null
    }
    Ping: {
      t: 'ping'
      n: number
    }
    PlaceIn: {
      address_text: string
      address_std: string
      lng: number | null
      lat: number | null
      crs: string
      accuracy: string
      grid_code: string
      area: string[]
      /** of the finest of area: names are no keys */
      division: string
    }
    /** One place that may be meant; '' and null: not known. */
    PlaceOut: {
      name: string
      /** road, residential, school …: the gazetteer's own word */
      type: string
      /** by which other name it was found */
      alias: string
      /** the other road, where a crossing of two was asked for */
      crossing: string
      district: string
      street: string
      community: string
      /** 12 digits of the finest of these, zeros at its end */
      division: string
      grid_code: string
      lng: number | null
      lat: number | null
      crs: string
      /** A 0.5 m, B 1 m, C 10 m, D worse */
      accuracy: string
      /** whose it is, to be shown with it */
      source: string
      /** made up or unchecked: good for a demo */
      sample: boolean
      /** 0 to 100 */
      score: number
    }
    PlacesOut: {
      places: components['schemas']['PlaceOut'][]
      /** of the gazetteer in use */
      names: number
    }
    /** Answer to ``ping``. */
    PongBack: {
      t: 'pong'
      n: number
    }
    /** Your seat rings (or dials): sent at once, before any delta. Not numbered. */
    Pop: {
      t: 'pop'
      at: string
      seat: string
      call: components['schemas']['CallOut']
      party: components['schemas']['PartyOut']
      /** your own call again after the page was loaded anew: answer by yourself */
      rejoin: boolean
    }
    /** GET /api/calls/{call}/pop: all that is known about who calls. */
    PopOut: {
      call: components['schemas']['CallOut']
      party: components['schemas']['PartyOut']
      line_name: string
      partner_name: string
      /** newest first, at most 20 */
      earlier: components['schemas']['PastCallOut'][]
      /** of the same number, open ones first, then newest first, at most 20 */
      tickets: components['schemas']['TicketOut'][]
      /** of them, neither answered on the spot nor merged into another */
      open_tickets: number
      /** the others, without this one */
      calls_30_days: number
      /** the ticket that the work order belongs to with which a partner hands over this call: the same matter */
      partner_ticket?: components['schemas']['TicketOut'] | null
      /** we owe this number a call */
      callback_open: boolean
      /** results to tell this citizen now, cases of theirs that wait for more, at most 20 */
      replies: components['schemas']['ReplyOwedOut'][]
      /** what this caller heard and pressed so far, as far as it is written; in its order */
      went_through: components['schemas']['PassedOut'][]
      /** why nothing is told of earlier calls: not_owed (we dialled), anonymous, too_many; '': it is told */
      story_withheld: string
    }
    ProblemOut: {
      field: string
      message: string
      allowed: string[]
    }
    /** POST /api/programs. */
    ProgramIn: {
      name: string
      scopes: string[]
      /** how long its token is good for */
      days?: number
      /** as whom it files and speaks: a [[partner]] or [[partner_status]] of the settings; '' as nobody but itself */
      partner?: string
    }
    ProgramOut: {
      name: string
      /** the words of console.access.Scope */
      scopes: string[]
      made_at: string
      made_by: string
      expires_at: string
      /** until then the token before the last rotation goes on */
      former_until: string | null
      revoked_at: string | null
      revoked_by: string
      used: number
      used_at: string | null
      /** requests with its token that were refused */
      refused: number
      /** as whom it files and speaks; '' as nobody but itself */
      partner: string
    }
    /** Told this once: only its hash is kept. */
    ProgramTokenOut: {
      token: string
      program: components['schemas']['ProgramOut']
    }
    /** How far a case is, for who has its citizen on the line: nothing of whose it is. */
    ProgressOut: {
      id: string
      case_number: string
      kind: string
      code: string
      code_kind: string
      /** '' when withheld; address likewise */
      title: string
      address: string
      filed_at: string
      state: components['schemas']['DeliveryState']
      /** of the case it goes on within, where it was merged; null: none yet */
      case_state: components['schemas']['CaseState'] | null
      case_since: string | null
      /** the case store's own for the state */
      word: string
      unit: string
      promised_by: string | null
      provisional: boolean
      merged_into: string
      answered_directly: boolean
      urged: number
      /** citizens who said the same and filed no ticket */
      joined: number
      /** tickets that go on within its case */
      merged: number
      open: boolean
      own: boolean
      withheld: boolean
    }
    /** The date the citizen is told, with what it was reckoned from. */
    PromiseOut: {
      by: string
      /** when the limit is over for the unit, by the catalogue's reading */
      due: string
      /** a year on the way has no announced holidays yet */
      provisional: boolean
      condition: string
      limit: components['schemas']['PromisedLimit']
      /** catalogue, sample (another city's limits) or agent */
      basis: string
      catalogue: string
    }
    PromisedLimit: {
      value: number
      unit: string
    }
    /** POST /api/session/proof: the own password again. What answers 428 is open for some minutes then. */
    ProofIn: {
      password: string
    }
    ProofOut: {
      until: string
    }
    QueueOut: {
      queue: string
      name: string
      waiting: number
      longest_wait_seconds: number
      members: number
      ready: number
    }
    /** Told to the agent beside what was found; words of the contract. */
    Reason: 'object' | 'caller' | 'address' | 'near' | 'cell' | 'code'
    /** How one recording of a call is; heard at GET /api/calls/{call}/recording?part=… after its purpose was said. */
    RecordingOut: {
      /** counted from 1 in the order they began */
      part: number
      /** raw | shelved | failed | dropped */
      state: string
      seconds: number | null
      format: string
      faults: string
    }
    /** The same with what is told of how long it is kept. */
    RecordingPartOut: {
      /** counted from 1 in the order they began */
      part: number
      /** raw | shelved | failed | dropped */
      state: string
      seconds: number | null
      format: string
      faults: string
      started_at: string | null
      /** null: not decided yet */
      kept_until: string | null
      /** somebody forbade that it is deleted */
      held: boolean
      /** its sound was deleted on purpose */
      dropped_at: string | null
      dropped_why: string
    }
    /** The partner does not take it: the citizen is the agent's again. */
    RefusedIn: {
      reason: string
    }
    /** An earlier ticket that may be of the same matter: enough to tell whether it is, nothing of whose it was. */
    RepeatOut: {
      id: string
      case_number: string
      state: components['schemas']['DeliveryState']
      case_state: components['schemas']['CaseState'] | null
      filed_at: string
      kind: string
      code: string
      code_kind: string
      /** '': withheld */
      title: string
      /** '': withheld */
      address: string
      merged_into: string
      answered_directly: boolean
      /** its citizen asked for confidence: neither title nor address */
      withheld: boolean
      /** filed by who asks */
      own: boolean
      score: number
      /** the heaviest first */
      reasons: components['schemas']['Reason'][]
      /** between the two, where both lie somewhere */
      metres: number | null
    }
    /** What the citizen said to the result, in the call that is on, or in the newest one I had with them about it. */
    ReplyIn: {
      answer: string
      /** 5: very; needed with solved and unsolved, null with refused */
      satisfied?: number | null
      words?: string
    }
    /** What is to be told to, or asked of, the citizen on the line. */
    ReplyOwedOut: {
      /** the call-back's id */
      id: string
      /** reply | returned */
      kind: string
      ticket: string
      case_number: string
      title: string
      script: string
    }
    /** What came of my newest try, over what the telephone told. */
    ResultIn: {
      result: string
      note?: string
    }
    /** POST /api/programs/{name}/rotate. */
    RotateIn: {
      /** how long its token is good for */
      days?: number
      /** how long the token before goes on; 0: not at all */
      keep_hours?: number
      /** another partner, '' none; null: as it was */
      partner?: string | null
    }
    /** One message about a ticket. */
    SaidOut: {
      id: string
      kind: components['schemas']['MessageKind']
      at: string
      by: string
      by_name: string
      /** '' when withheld */
      text: string
      call: string
      /** of a merge: the case */
      into: string
      state: components['schemas']['DeliveryState']
      delivered_at: string | null
      error: string
    }
    /** What callers thought of the service (好差评), of all or of a line or queue. */
    SatisfactionOut: {
      of: 'all' | 'line' | 'queue'
      id: string
      asked: number
      scored: number
      /** 1 (worst) to 5, of those that scored */
      mean: number | null
      /** 3, 4 or 5 */
      content: number
      /** 1 or 2; each is a review among the call-backs */
      poor: number
      solved: number
      unsolved: number
    }
    /** POST /api/tickets/{ticket}/supplement, /give-back, /plus-one. */
    SayIn: {
      text: string
      /** the own call in which the citizen said so: opens another's ticket, too; absent: none */
      call?: string | null
    }
    /** GET /api/seats/{seat}/day: what this seat's agent did today. */
    SeatDayOut: {
      seat: string
      agent: string
      agent_name: string
      answered: number
      missed: number
      talk_seconds_mean: number | null
      wrap_up_seconds: number
      ready_seconds: number
      paused_seconds: number
      /** since, state, reason; oldest first */
      states: [string, string, string][]
    }
    /** POST /api/seats/{seat}/force. In a call it takes effect after it. */
    SeatForceIn: {
      force: string
      reason: string
    }
    SeatOut: {
      seat: string
      /** browser | desk: the one that rings */
      device: string
      state: string
      /** of the state; of a pause since it began, whatever was rung or dialled in vain meanwhile */
      since: string | null
      agent: string
      agent_name: string
      reason: string
      call: string | null
      reachable: boolean | null
      queues: { [key: string]: number }
      /** end of the running wrap-up */
      wrap_until?: string | null
      /** since when its agent asks for a supervisor */
      help_since?: string | null
      /** of a seat with two devices the one that does not ring: POST /api/seats/{seat}/device */
      other_device?: string | null
      /** as ``reachable``, of that one */
      other_reachable?: boolean | null
    }
    /** Something about your own seat that you should see now. */
    SeatWarned: {
      t: 'warned'
      at: string
      what: 'phone' | 'forced' | 'taken_over' | 'watched' | 'paused' | 'missed' | 'dial' | 'rejoin' | 'owed'
      detail: string
      /** the supervisor who did it */
      by_name: string
    }
    /** GET /api/sessions. */
    SessionOut: {
      id: string
      account: string
      name: string
      role: string
      seat: string | null
      made_at: string
      seen_at: string
      expires_at: string
      address: string
      browser: string
      current: boolean
    }
    /** One line, queue, seat, number of the phone book, refusal code or prompt, as it is in force. */
    SettingOut: {
      /** line | queue | seat | phonebook | refusal | prompts */
      section: string
      id: string
      name: string
      /** what is shown of it, by words of the pages */
      facts: { [key: string]: string }
      /** where it is changed; in force after ``hotline reload`` */
      file: string
      /** of that file; null: it does not stand there, the shipped value is in force */
      line: number | null
    }
    /** POST /api/session. The answer sets the session's cookie. */
    SignIn: {
      account: string
      password: string
    }
    /** DELETE /api/session. */
    SignedOut: {
      done: boolean
      /** 'after_call': the seat is left when the call is over */
      detail: string
      /** go there: signed in by an identity provider, one is signed out there too; '': stay */
      leave_at: string
    }
    Snapshot: {
      t: 'snapshot'
      epoch: string
      seq: number
      at: string
      vitals: components['schemas']['VitalsOut']
      seats: components['schemas']['SeatOut'][]
      calls: components['schemas']['CallOut'][]
      queues: components['schemas']['QueueOut'][]
      lines: components['schemas']['LineOut'][]
      trunks: components['schemas']['TrunkOut'][]
      switches: components['schemas']['SwitchOut'][]
      /** standing or not acknowledged; supervisors only */
      alarms: components['schemas']['AlarmOut'][]
      figures: components['schemas']['FiguresOut'][]
      targets: components['schemas']['TargetsOut']
    }
    SpanOut: {
      began_at: string
      ended_at: string | null
      reason: string
    }
    /** What lies at a point; '' where nothing is known. */
    SpotOut: {
      grid_code: string
      sample: boolean
      division: string
      /** district, street, community: as many as are known */
      area: string[]
      /** the point in WGS-84, as maps are drawn */
      lng: number
      lat: number
      /** '', 'outside' the city, or 'swapped': longitude and latitude */
      odd: string
    }
    /** Only to carry both unions into OpenAPI's components. */
    StreamMessages: {
      client: components['schemas']['Hello'] | components['schemas']['PhoneSays'] | components['schemas']['PongBack']
      server: components['schemas']['Snapshot'] | components['schemas']['Delta'] | components['schemas']['Pop'] | components['schemas']['NoticeSaid'] | components['schemas']['SeatWarned'] | components['schemas']['DialEnded'] | components['schemas']['OfferOver'] | components['schemas']['TicketMoved'] | components['schemas']['CallbacksMoved'] | components['schemas']['Ping'] | components['schemas']['Bye']
    }
    SubjectIn: {
      scheme: string
      version: string
      /** GET /api/codes; a string: codes begin with 0 */
      code: string
      kind: string
      part_id: string
      /** one of the code's filing conditions, in its words; none: the first */
      condition: string
    }
    /** POST /api/switches. */
    SwitchIn: {
      kind: 'hours' | 'mode'
      /** of hours a line, of mode a mode */
      target: string
      /** of hours open, closed or clock (by its hours again); of mode on or off */
      state: 'open' | 'closed' | 'clock' | 'on' | 'off'
      /** of open and closed: then the line keeps its hours again; none: until it is taken back */
      until?: string | null
      /** of a mode that has districts: whose prompt is said after the notice */
      district?: string
      /** of a mode: the open mass event that it is about */
      event?: string
      reason: string
    }
    /** How one line or mode stands; ``clock`` and ``off`` are as usual. */
    SwitchOut: {
      kind: 'hours' | 'mode'
      target: string
      name: string
      state: string
      until: string | null
      district: string
      /** the mass event of the ticket centre; '' none */
      event: string
      event_title: string
      /** when it was switched; none: never */
      said_at: string | null
      /** an account; '' at a telephone where nobody sat */
      by: string
      by_name: string
      /** by whose telephone; '' none */
      seat: string
      reason: string
    }
    /** What may be switched, with its districts. */
    SwitchableOut: {
      kind: 'hours' | 'mode'
      target: string
      name: string
      districts: string[]
    }
    SwitchedOut: {
      switch: components['schemas']['SwitchOut']
      /** Asterisk has it by now; else at its next connection */
      in_force: boolean
    }
    SwitchesOut: {
      switches: components['schemas']['SwitchOut'][]
      switchable: components['schemas']['SwitchableOut'][]
      /** the newest first */
      history: components['schemas']['SwitchingOut'][]
    }
    /** One act of the past, also of a telephone that was not let in (kind pin). */
    SwitchingOut: {
      kind: string
      target: string
      state: string
      at: string
      until: string | null
      district: string
      event: string
      by: string
      seat: string
      reason: string
    }
    /** POST /api/calls/{call}/nuisance. */
    TagIn: {
      reason: 'silent' | 'prank' | 'abuse' | 'advert' | 'repeated' | 'other'
      note?: string
    }
    TagOut: {
      id: string
      call: string
      /** masked or empty where the role demands it */
      number: string
      at: string
      by: string
      seat: string
      reason: string
      note: string
      /** open | decided | dismissed */
      state: string
      decided_at: string | null
      decided_by: string
      why: string
    }
    /** POST /api/seats/{seat}/take-over: the citizen comes to my seat, theirs is freed. */
    TakeOverIn: {
      reason: string
    }
    /** POST /api/session/seat: 签入. The seat's presence becomes paused (reason ``login``) until ready. */
    TakeSeatIn: {
      seat: string
      ready?: boolean
    }
    /** GET /api/directory: to whom a citizen may be given, or who may be asked. */
    TargetOut: {
      /** agent | queue | number | seat (where nobody sits) */
      kind: string
      id: string
      name: string
      /** where the agent sits; '' nowhere */
      seat: string
      /** of the seat, as the live picture has it; logged_out: the agent sits nowhere */
      state: string
      number: string
      /** of a number: linkage | unit */
      group: string
      /** names of the queues an agent serves, the best served first */
      skills: string[]
      waiting: number
      ready: number
      /** of a queue: who serves it at another seat; 0: nobody can be given to it */
      signed_in: number
    }
    TargetsOut: {
      service_level_15s: number
      connect_rate_24h: number
      waiting_most: number
      wait_seconds_most: number
    }
    /** POST /api/templates, PUT /api/templates/{template}. */
    TemplateIn: {
      kind: 'spoken' | 'content'
      title: string
      /** of content: {地点} stands for the ticket's address */
      text: string
      scheme?: string
      code_kind?: '' | 'event' | 'part'
      code?: string
      code_name?: string
      /** offered no more; kept */
      retired?: boolean
    }
    TemplateOut: {
      id: string
      /** spoken: said to the citizen | content: first words of a ticket's content */
      kind: string
      title: string
      text: string
      scheme: string
      code_kind: string
      code: string
      /** of content: the code it is offered for; '' whatever the code */
      code_name: string
      /** came with the program; nobody here has looked at it yet */
      sample: boolean
      retired: boolean
      changed_at: string | null
      changed_by: string
    }
    /** One text message to a citizen about their ticket. */
    TextMessageOut: {
      /** receipt | progress */
      kind: string
      made_at: string
      /** waiting | sent | unsure (nobody knows whether it arrived) | failed */
      state: string
      sent_at: string | null
      /** masked */
      number: string
    }
    /** One matter. The words allowed in ``kind``, ``work_type``, ``urgency``, ``channel``: GET /api/choices. */
    TicketIn: {
      /** 诉求类型 (appeal_kind) */
      kind: string
      title: string
      content: string
      work_type: string
      urgency: string
      channel: string
      confidential: boolean
      anonymous: boolean
      person: components['schemas']['PersonIn'] | null
      subject: components['schemas']['SubjectIn'] | null
      place: components['schemas']['PlaceIn'] | null
      unit_suggested: string
      unit_confirmed: string
      units_helping: string[]
      accept_limit: components['schemas']['LimitIn'] | null
      handle_limit: components['schemas']['LimitIn'] | null
      related_cases: string[]
      merged_into: string
      answered_directly: boolean
      knowledge: string[]
      /** names like a/b.jpg without .., or https addresses */
      attachments: string[]
      external_ids: { [key: string]: string }
      consent: string[]
      archive_level: string
      retention_class: string
      legal_hold: boolean
    }
    /** One of your tickets got its case number, or was refused, or its case moved. */
    TicketMoved: {
      t: 'ticket'
      at: string
      id: string
      call: string
      state: components['schemas']['DeliveryState']
      case_number: string
      query_code: string
      error: string
      case_state: components['schemas']['CaseState'] | null
    }
    /** A ticket, its way to the case store, and what became of its case there. */
    TicketOut: {
      id: string
      call: string | null
      /** what is on its way: the ticket itself (its id), or a later message about it */
      message: string
      kind: components['schemas']['MessageKind']
      /** of the delivery; what the case store made of it is case_state */
      state: components['schemas']['DeliveryState']
      filed_at: string
      tries: number
      refusals: number
      next_try: string
      error: string
      case_number: string
      query_code: string
      delivered_at: string | null
      /** null: no case is known yet */
      case_state: components['schemas']['CaseState'] | null
      /** when the case became so, by the case store's clock */
      case_since: string | null
      /** who has the case, by the case store; else who was meant to */
      unit: string
      /** the case store's own for the case's state */
      word: string
      /** only where one ticket is asked for */
      case_history: components['schemas']['CaseStepOut'][]
      /** null: no limit is known */
      promise?: components['schemas']['PromiseOut'] | null
      ticket: { [key: string]: unknown }
      /** of a dead letter that files nothing: what it says */
      payload: { [key: string]: unknown }
      /** what this person is not shown: content, person, number; a supervisor says a reason */
      withheld: string[]
    }
    /** Fields of a ticket to change before it is sent again; none: as it is. */
    TicketPatch: { [key: string]: unknown }
    /** GET /api/tickets/{ticket}/story: all that hangs on it. */
    TicketStoryOut: {
      ticket: components['schemas']['TicketOut']
      progress: components['schemas']['ProgressOut']
      said: components['schemas']['SaidOut'][]
      versions: components['schemas']['VersionOut'][]
      /** that brought it, asked about it or were made for it */
      calls: components['schemas']['CallOut'][]
      files: components['schemas']['FileOut'][]
      /** tickets that go on within its case */
      merged: components['schemas']['ProgressOut'][]
      /** the case it goes on within */
      parent: components['schemas']['ProgressOut'] | null
      events: components['schemas']['MassEventOut'][]
      /** of the call to partners, oldest first */
      handovers: components['schemas']['HandoverOut'][]
      /** the same matter at partners, oldest first */
      partners: components['schemas']['MatterOut'][]
      /** what may be said of it now: the words of MessageKind, and 'correct' */
      may: string[]
    }
    /** GET /api/tickets/search: a page, newest first. */
    TicketsFoundOut: {
      tickets: components['schemas']['TicketOut'][]
      /** ``after`` of the next page; '': there is no more */
      next: string
      /** words were looked for so far back; null: all the way */
      back_to: string | null
    }
    /** POST /api/calls/{call}/tie: this call is about that ticket's case, which it urges by itself. */
    TieIn: {
      ticket: string
    }
    TiedOut: {
      urged: boolean
      progress: components['schemas']['ProgressOut']
    }
    TransferIn: {
      to: string
      kind?: string
    }
    TransferToQueueIn: {
      queue: string
    }
    TrunkOut: {
      trunk: string
      name: string
      reach: string
      calls: number
    }
    /** Who is responsible (派单目录). */
    UnitOut: {
      primary: string
      secondary: string[]
      /** owner_first, place_first or '' */
      rule: string
      /** place, named, role, several or unknown; only the first two name one unit */
      confidence: string
      sample: boolean
    }
    /** POST /api/session/unlock: the screen was locked by idleness; calls went on meanwhile. */
    UnlockIn: {
      password: string
    }
    UrgeIn: {
      text?: string
      /** the own call in which the citizen said so: opens another's ticket, too; absent: none */
      call?: string | null
    }
    UseDeviceIn: {
      device: 'browser' | 'desk'
    }
    /** One change of a ticket: who changed what when. */
    VersionOut: {
      at: string
      by: string
      by_name: string
      /** corrected, mended, promise, merged, unmerged or '' */
      why: string
      /** of what this person is shown */
      changes: components['schemas']['ChangeOfField'][]
    }
    VitalOut: {
      name: string
      ok: boolean
      said: string
    }
    /** The house at a glance. */
    VitalsOut: {
      live: boolean
      as_of: string | null
      blind_since: string | null
      /** tickets on their way to the case store */
      backlog: number
      dead_letters: number
      callbacks_open: number
      /** of these, those whose time has come */
      callbacks_due: number
      /** callers who hung up and are called when their place in the queue comes up */
      places_kept: number
    }
    /** What those who waited in a queue in an hour were told of it, against what they waited; medians. */
    WaitToldOut: {
      queue: string
      hour: string
      /** announcements of a place */
      told: number
      /** those with a time, to callers who were answered: what the medians are of */
      timed: number
      promised_seconds: number | null
      waited_seconds: number | null
      error_seconds: number | null
      /** of what was waited */
      error_share: number | null
    }
    /** POST /api/seats/{seat}/watch: my own seat's phone rings, then I hear theirs. Again with another mode: it changes. DELETE the same path: I hear no more. */
    WatchIn: {
      mode: 'listen' | 'whisper' | 'barge'
      reason: string
    }
    /** The peaks of a recording; channel 0 is the citizen, 1 what the citizen heard. */
    WaveformOut: {
      step_ms: number
      seconds: number
      /** a peak a step, 0 to 127, for each channel */
      channels: number[][]
    }
    /** GET /api/session/ways, open to all: what the log-in page shows. */
    WaysOut: {
      centre: string
      number: string
      /** the identity provider's name, at GET /api/oidc/start; '': passwords only */
      oidc: string
      demo: boolean
    }
    WithdrawIn: {
      reason: string
      /** the own call in which the citizen said so: opens another's ticket, too; absent: none */
      call?: string | null
    }
  }
}

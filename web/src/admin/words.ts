// Administration and the audit log in words: their texts. Merged under `admin`.
export const zh = {
  title: '管理',
  tabs: { accounts: '账号与程序', sessions: '登录会话', audit: '审计', health: '运行状况', dead: '待处理工单', settings: '配置' },
  refresh: '刷新',
  failed: '加载失败：{message}',
  health: {
    good: '运行正常', bad: '有故障', blind: '与话务系统的连接中断', backlog: '待投递工单 {count}', dead: '被拒收工单 {count}', unknown: '未知', name: '项目', state: '状态', said: '说明', ok: '正常', ill: '异常',
    names: { asterisk: '话务系统', ami: '话务链路', ledger: '台账', book: '话务账', casestore: '案卷系统', recordings: '录音', disk: '磁盘', sip: '线路接入', edge: '网页入口', files: '程序文件' },
  },
  dead: { none: '没有被拒收的工单', filed: '提交时间', title: '标题', error: '拒收原因', tries: '已试', replay: '重新投递', replayed: '已重新投递', kind: '消息', edit: '修改', cancel: '取消',
    kinds: { file: '立案', supplement: '补充', urge: '催办', plus_one: '附议', reply: '回复', return: '退回', withdraw: '撤销', reopen: '重开', merge: '并单', unmerge: '取消并单' },
    fields: { title: '标题', content: '内容', text: '内容', reason: '理由', answer: '答复', into: '并入案卷号' }, withheld: '依要求不予显示' },
  settings: {
    how: '此处显示正在生效的配置。账号、话术、线路开关和模式可在各自页面更改；其余请按“修改位置”改文件，执行 hotline check 核对，再执行 hotline reload 生效。',
    id: '编号', name: '名称', where: '修改位置', at: '{file} 第 {line} 行', in: '{file}', again: '重试',
    sections: { line: '线路与受理时间', queue: '队列', seat: '座席', phonebook: '一键号码', refusal: '不予受理理由', prompts: '提示音' },
    words: {
      numbers: '号码', queue: '队列', hours: '受理时间', notice: '提示音或流程', capacity: '容量', ring: '振铃秒数', longest: '最长等待秒数', most: '排队上限', served: '话务员',
      device: '话机', second: '第二话机', number: '号码', group: '分组', english: '英文', text: '内容',
    },
    to: '至', days: { mon: '周一', tue: '周二', wed: '周三', thu: '周四', fri: '周五', sat: '周六', sun: '周日' },
    values: { device: { browser: '浏览器', desk: '桌面' }, second: { browser: '浏览器', desk: '桌面' }, group: { linkage: '联动', unit: '承办单位' }, hours: { always: '全天' } },
  },
  audit: {
    actor: '操作人', action: '操作', call: '通话编号', any: '全部操作', search: '查询', export: '导出 CSV', exportBook: '导出 XLSX', exported: '已导出，导出操作已写入审计日志',
    at: '时间', detail: '内容', older: '更早的', none: '没有符合条件的记录', unbroken: '哈希链完整', broken: '哈希链断裂：记录被改动过', command: '本机命令行', system: '系统', program: '程序 {name}',
    actions: {
      signed_in: '登录', signed_out: '退出登录', sign_in_failed: '登录失败', account_guessed: '账号被猜测密码', account_rests: '账号进入冷却', password_changed: '修改密码', expired: '会话到期', session_ended: '强制下线',
      account_made: '新建账号', account_changed: '更改账号', account_change_asked: '申请变更账号', account_change_confirmed: '复核变更', account_change_declined: '驳回变更', account_change_withdrawn: '撤回变更', account_change_expired: '变更过期',
      program_made: '登记程序', program_rotated: '更换程序令牌', program_revoked: '吊销程序令牌', token_refused: '令牌被拒', refused: '越权操作被拒',
      seat_taken: '签入座席', seat_left: '签出座席', listened: '听录音', story_shown: '查看来电历史', confidential_shown: '查看保密内容', alarm_acknowledged: '确认告警', notice: '广播通知', template_kept: '修改话术模板', knowledge_kept: '修改知识卡', knowledge_imported: '导入知识卡', ticket_replayed: '重新投递工单',
      handed_over: '联动移交', callback_refused: '案卷系统来报被拒', partner_states_refused: '联动单位来报被拒',
      retention: '按期限删除', recordings_deleted: '销毁录音', hold_placed: '录音保全', hold_lifted: '解除录音保全', audit_key_begun: '启用审计密钥', audit_pruned: '删除过期审计',
      callback_taken: '认领回拨', callbacks_assigned: '指派回拨', callback_given_up: '放弃回拨', result_told: '告知办理结果', receipt_sent_again: '再发受理短信', nuisance_tagged: '标记骚扰来电', nuisance_dismissed: '驳回骚扰标记', nuisance_decided: '限制骚扰号码', nuisance_ended: '解除骚扰限制', nuisance_appealed: '骚扰限制申诉', nuisance_asked: '查问号码是否受限', appeal_decided: '申诉复核', nuisance_exported: '导出骚扰处置', calls_exported: '导出通话', report_exported: '导出报表', callbacks_exported: '导出回拨', audit_exported: '导出审计', own_calls_searched: '按号码查自己的通话', repeats_shown: '查看重复诉求', progress_shown: '查询办件进度', tickets_exported: '导出工单', own_tickets_searched: '按号码查自己的工单', file_read: '读取附件', file_refused: '附件未通过病毒检查', mass_event_opened: '设立群发事件', mass_event_closed: '结束群发事件', read_in_bulk: '大量查阅', acted_for: '代为操作', audit_head_accepted: '确认审计链首', given_password_over: '初始密码过期', ledger_restored: '恢复台账', catalogue_imported: '导入目录', catalogue_activated: '启用目录', catalogue_withdrawn: '撤回目录', difference_accepted: '确认差异',
      watch: '监听/耳语/强插', unwatch: '停止监听', take_over: '接管通话', force: '强制座席状态', move: '调整排队', exported: '导出录音', dropped: '销毁录音', held: '录音保全', released: '解除保全', revoked: '强制下线',
    } as Record<string, string>,
    values: { password: '密码', oidc: '统一认证', calling: '来电中', call: '通话结束后' },
    details: {
      hold: '保全编号', recordings: '录音数', dropped_at: '销毁时间', certificates_sha256: '销毁证明 SHA-256', rows: '行数',
      partner: '联动单位', handover: '移交编号', event: '事件', file: '文件', what: '内容', rows_today: '今日条数', after: '时机',
      reason: '原因', tag: '标记', decision: '决定', grade: '等级', upheld: '是否支持', answer: '答复', appeal: '申诉', purpose: '目的', part: '录音段', seat: '座席', session: '会话', account: '账号', agent: '话务员', address: '地址', count: '件数', tasks: '任务', callback: '回拨', note: '说明', by: '经办', why: '缘由', path: '地址栏', method: '方式',
      since: '自', until: '至', line: '线路', outcome: '去向', case: '案卷', number: '号码', state: '状态', kind: '类型', actor: '操作人', action: '操作', call: '通话', ticket: '工单', fields: '字段', text: '内容', urgent: '紧急', seats: '座席', subject: '对象', alarm: '告警', detail: '内容', role: '角色', name: '姓名', browser: '浏览器', how: '方式', program: '程序', scopes: '授权范围', shown: '已显示', calls: '通话数', tickets: '工单数',
    } as Record<string, string>,
  },
}

export const en: typeof zh = {
  title: 'Administration',
  tabs: { accounts: 'Accounts and programs', sessions: 'Sessions', audit: 'Audit', health: 'Health', dead: 'Refused tickets', settings: 'Settings' },
  refresh: 'Refresh',
  failed: 'Could not be loaded: {message}',
  health: {
    good: 'All is well', bad: 'Something is wrong', blind: 'The link to the telephone is down', backlog: '{count} tickets on their way', dead: '{count} tickets refused', unknown: 'not known', name: 'What', state: 'State', said: 'Said', ok: 'well', ill: 'ill',
    names: { asterisk: 'Asterisk', ami: 'Link', ledger: 'Ledger', book: 'Record of calls', casestore: 'Case store', recordings: 'Recordings', disk: 'Disk', sip: 'Lines', edge: 'Web edge', files: 'Files' },
  },
  dead: { none: 'No ticket is refused', filed: 'Filed', title: 'Title', error: 'Why refused', tries: 'Tries', replay: 'Send again', replayed: 'Sent again', kind: 'Message', edit: 'Edit', cancel: 'Cancel',
    kinds: { file: 'filing', supplement: 'supplement', urge: 'urging', plus_one: 'one more citizen', reply: 'reply', return: 'return', withdraw: 'withdrawal', reopen: 'reopening', merge: 'merging', unmerge: 'merging undone' },
    fields: { title: 'Title', content: 'Content', text: 'Text', reason: 'Reason', answer: 'Answer', into: 'Into case' }, withheld: 'withheld as was asked for' },
  settings: {
    how: 'What is in force. Accounts, scripts, switches of lines and modes are changed on pages of their own; the rest in the file named at each row: then hotline check, and hotline reload.',
    id: 'Id', name: 'Name', where: 'Changed in', at: '{file}, line {line}', in: '{file}', again: 'Try again',
    sections: { line: 'Lines and hours', queue: 'Queues', seat: 'Seats', phonebook: 'Phone book', refusal: 'Refusal codes', prompts: 'Prompts' },
    words: {
      numbers: 'Numbers', queue: 'Queue', hours: 'Hours', notice: 'Notice or journey', capacity: 'Capacity', ring: 'Rings for (s)', longest: 'Longest wait (s)', most: 'Most waiting', served: 'Agents',
      device: 'Telephone', second: 'Second telephone', number: 'Number', group: 'Group', english: 'English', text: 'Text',
    },
    to: '-', days: { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' },
    values: { device: { browser: 'browser', desk: 'desk' }, second: { browser: 'browser', desk: 'desk' }, group: { linkage: 'linkage', unit: 'unit' }, hours: { always: 'always' } },
  },
  audit: {
    actor: 'Who', action: 'What', call: 'Call', any: 'Everything', search: 'Search', export: 'Export CSV', exportBook: 'Export XLSX', exported: 'Exported; it stands in the audit log',
    at: 'At', detail: 'Detail', older: 'Older', none: 'No entry meets this', unbroken: 'The hash chain fits', broken: 'The hash chain is broken: rows were changed', command: 'command line', system: 'system', program: 'program {name}',
    actions: {
      signed_in: 'signed in', signed_out: 'signed out', sign_in_failed: 'sign-in failed', account_guessed: 'password guessed at', account_rests: 'account rests', password_changed: 'password changed', expired: 'session over', session_ended: 'session ended',
      account_made: 'account made', account_changed: 'account changed', account_change_asked: 'change asked for', account_change_confirmed: 'change confirmed', account_change_declined: 'change declined', account_change_withdrawn: 'change withdrawn', account_change_expired: 'change lapsed',
      program_made: 'program made', program_rotated: 'token rotated', program_revoked: 'token revoked', token_refused: 'token refused', refused: 'not allowed',
      seat_taken: 'took a seat', seat_left: 'left the seat', listened: 'listened', story_shown: 'saw a story', confidential_shown: 'saw what is confidential', alarm_acknowledged: 'acknowledged an alarm', notice: 'notice', template_kept: 'kept a template', knowledge_kept: 'wrote a card', knowledge_imported: 'imported cards', ticket_replayed: 'ticket sent again',
      handed_over: 'handed a call over', callback_refused: 'case store’s word refused', partner_states_refused: 'partner’s word refused',
      retention: 'deleted what was old', recordings_deleted: 'destroyed recordings', hold_placed: 'held recordings', hold_lifted: 'released a hold', audit_key_begun: 'began the audit key', audit_pruned: 'deleted old audit rows',
      callback_taken: 'took a call-back', callbacks_assigned: 'assigned call-backs', callback_given_up: 'gave a call-back up', result_told: 'told a result', receipt_sent_again: 'sent a receipt again', nuisance_tagged: 'Tagged a nuisance', nuisance_dismissed: 'Dismissed a tag', nuisance_decided: 'Held a number back', nuisance_ended: 'Held a number back no longer', nuisance_appealed: 'Appeal against being held back', nuisance_asked: 'Asked whether a number is held back', appeal_decided: 'Decided an appeal', nuisance_exported: 'Exported nuisance decisions', calls_exported: 'exported calls', report_exported: 'exported a report', callbacks_exported: 'exported call-backs', audit_exported: 'exported the audit log', own_calls_searched: 'searched own calls by number', repeats_shown: 'saw repeats', progress_shown: 'asked how far cases are', tickets_exported: 'exported tickets', own_tickets_searched: 'searched own tickets by number', file_read: 'read a file', file_refused: 'a file held a virus', mass_event_opened: 'opened a mass event', mass_event_closed: 'closed a mass event', read_in_bulk: 'read in bulk', acted_for: 'acted for somebody', audit_head_accepted: 'accepted the head of the audit log', given_password_over: 'given password ran out', ledger_restored: 'restored the ledger', catalogue_imported: 'imported a catalogue', catalogue_activated: 'put a catalogue in force', catalogue_withdrawn: 'took a catalogue back', difference_accepted: 'accepted a difference',
      watch: 'watched a seat', unwatch: 'stopped watching', take_over: 'took a call over', force: 'forced a seat', move: 'moved a caller', exported: 'exported a recording', dropped: 'recording deleted', held: 'hold', released: 'hold released', revoked: 'session ended',
    },
    values: { password: 'password', oidc: 'identity provider', calling: 'while they called', call: 'after the call' },
    details: {
      hold: 'hold', recordings: 'recordings', dropped_at: 'destroyed at', certificates_sha256: 'SHA-256 of the certificates', rows: 'rows',
      partner: 'partner', handover: 'hand-over', event: 'event', file: 'file', what: 'what', rows_today: 'rows today', after: 'when',
      reason: 'why', tag: 'tag', decision: 'decision', grade: 'grade', upheld: 'upheld', answer: 'answer', appeal: 'appeal', purpose: 'purpose', part: 'part', seat: 'seat', session: 'session', account: 'account', agent: 'agent', address: 'address', count: 'count', tasks: 'tasks', callback: 'call-back', note: 'note', by: 'by', why: 'why', path: 'path', method: 'method',
      since: 'since', until: 'until', line: 'line', outcome: 'outcome', case: 'case', number: 'number', state: 'state', kind: 'kind', actor: 'who', action: 'what', call: 'call', ticket: 'ticket', fields: 'fields', text: 'text', urgent: 'urgent', seats: 'seats', subject: 'subject', alarm: 'alarm', detail: 'detail', role: 'role', name: 'name', browser: 'browser', how: 'how', program: 'program', scopes: 'scopes', shown: 'shown', calls: 'calls', tickets: 'tickets',
    },
  },
}

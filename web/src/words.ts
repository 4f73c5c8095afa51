// Texts of the frame around all pages. Merged under `app`.
export const zh = {
  title: '12319 热线',
  language: '语言',
  languages: { zh: '中文', en: 'English' },
  nobody: '服务器没有应答，请稍候再试',
  away: '正在连接服务器…',
  notAllowed: '您的角色不能看这个页面',
  toSeat: '回到座席台',
  pages: '页面',
  page: { seat: '座席台', watch: '班长台', callbacks: '回拨', calls: '通话', tickets: '工单', recordings: '录音', wall: '大屏', admin: '管理' },
  close: '关闭',
  cancel: '取消',
  confirm: '确定',
  menu: '菜单',
  wall: '大屏',
  watch: '班长台',
  caseState: {
    filed: '已立案', dispatched: '已派遣', handling: '处置中', suspended: '已挂账', handled: '已处置，待核查', checked: '已核查，待回复',
    closed: '已结案', returned: '已退回，待补充', voided: '已作废',
  },
}

export const en: typeof zh = {
  title: '12319 hotline',
  language: 'Language',
  languages: { zh: '中文', en: 'English' },
  nobody: 'The server does not answer; please try again in a moment',
  away: 'Connecting to the server…',
  notAllowed: 'Your role may not see this page',
  toSeat: 'Back to the seat',
  pages: 'Pages',
  page: { seat: 'Seat', watch: 'Supervision', callbacks: 'Call-backs', calls: 'Calls', tickets: 'Tickets', recordings: 'Recordings', wall: 'Wallboard', admin: 'Administration' },
  close: 'Close',
  cancel: 'Cancel',
  confirm: 'OK',
  menu: 'Menu',
  wall: 'Wallboard',
  watch: 'Supervision',
  caseState: {
    filed: 'case filed', dispatched: 'with a unit', handling: 'being handled', suspended: 'suspended', handled: 'handled, not checked yet',
    checked: 'checked, reply owed', closed: 'closed', returned: 'sent back: add what is missing', voided: 'void',
  },
}

// Texts of the frame around all pages. Merged under `app`.
export const zh = {
  title: '12319 热线',
  language: '语言',
  languages: { zh: '中文', en: 'English' },
  nobody: '服务器没有应答，请稍候再试',
  away: '正在连接服务器…',
  notAllowed: '您的角色不能看这个页面',
  toSeat: '回到座席台',
  close: '关闭',
  cancel: '取消',
  confirm: '确定',
  menu: '菜单',
  wall: '大屏',
  watch: '班长台',
}

export const en: typeof zh = {
  title: '12319 hotline',
  language: 'Language',
  languages: { zh: '中文', en: 'English' },
  nobody: 'The server does not answer; please try again in a moment',
  away: 'Connecting to the server…',
  notAllowed: 'Your role may not see this page',
  toSeat: 'Back to the seat',
  close: 'Close',
  cancel: 'Cancel',
  confirm: 'OK',
  menu: 'Menu',
  wall: 'Wallboard',
  watch: 'Supervision',
}

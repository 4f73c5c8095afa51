// Texts of the log-in page, seat choice, password change and lock screen. Merged under `login`.
export const zh = {
  title: '登录',
  account: '工号',
  password: '密码',
  submit: '登录',
}

export const en: typeof zh = {
  title: 'Sign in',
  account: 'Account',
  password: 'Password',
  submit: 'Sign in',
}

// Texts of accounts, changes that wait for a second person, and programs. Merged under `accounts`.
export const zh = {
  title: '账号', account: '账号', name: '姓名', role: '角色', state: '状态', actions: '操作',
  locked: '停用', noPassword: '未设密码', good: '正常',
  lock: '停用', unlock: '启用', password: '设新密码', passwordOf: '{name} 的新密码', give: '设定',
  add: '新建账号', save: '保存', cancel: '取消', none: '无',
  changed: '已更改 {account}',
  waits: '{account} 的变更已提交，待另一名运维人员复核',
  changes: {
    title: '待复核的变更', none: '没有待复核的变更', what: '变更', by: '申请人', until: '有效至',
    confirm: '复核同意', decline: '驳回', withdraw: '撤回', mine: '须由他人复核',
    parts: { password: '新密码', unbind: '解除身份绑定', lock: '停用', unlock: '启用', role: '角色：{role}', name: '姓名：{name}' },
    confirmed: '已复核 {account} 的变更', declined: '{account} 的变更已作废',
  },
  programs: {
    title: '程序令牌', none: '没有程序', name: '程序', scopes: '授权范围', until: '到期', used: '使用', refused: '被拒', last: '最近', as: '限{partner}',
    add: '登记程序', days: '有效天数', make: '生成令牌', rotate: '更换令牌', revoke: '吊销', revoked: '已吊销', over: '已到期',
    token: '{name} 的令牌', once: '只显示这一次，请立即保存到该程序的配置里。', close: '已保存',
    form: '小写字母、数字和连字符', atShell: '其他范围在本机用 hotline token 授予。',
    words: {
      metrics: '监控指标', reports: '统计数据', screen: '大屏电视', 'calls:read': '读通话', 'tickets:read': '读工单', 'tickets:file': '提交工单',
      'callbacks:read': '读回拨', 'audit:read': '读审计', 'cases:report': '回传案卷进展', 'partners:report': '联动单位回传状态',
    } as Record<string, string>,
  },
  failed: '操作失败：{message}',
}

export const en: typeof zh = {
  title: 'Accounts', account: 'Account', name: 'Name', role: 'Role', state: 'State', actions: 'Actions',
  locked: 'locked', noPassword: 'no password', good: 'in use',
  lock: 'Lock', unlock: 'Unlock', password: 'New password', passwordOf: 'New password of {name}', give: 'Set',
  add: 'New account', save: 'Save', cancel: 'Cancel', none: 'none',
  changed: '{account} was changed',
  waits: 'The change of {account} waits for another operator',
  changes: {
    title: 'Changes to confirm', none: 'No change waits', what: 'Change', by: 'Asked by', until: 'Until',
    confirm: 'Confirm', decline: 'Decline', withdraw: 'Withdraw', mine: 'another person confirms it',
    parts: { password: 'new password', unbind: 'unbound from the provider', lock: 'locked', unlock: 'unlocked', role: 'role: {role}', name: 'name: {name}' },
    confirmed: 'The change of {account} is confirmed', declined: 'Nothing comes of the change of {account}',
  },
  programs: {
    title: 'Programs', none: 'No programs', name: 'Program', scopes: 'Scopes', until: 'Good until', used: 'Used', refused: 'Refused', last: 'last', as: 'as {partner} alone',
    add: 'New program', days: 'Days', make: 'Make a token', rotate: 'Rotate', revoke: 'Revoke', revoked: 'revoked', over: 'over',
    token: 'Token of {name}', once: 'Shown this once: put it into that program\'s settings now.', close: 'Stored',
    form: 'small letters, digits, hyphens', atShell: 'Other scopes are given at the machine: hotline token.',
    words: {
      metrics: 'metrics', reports: 'figures', screen: 'a television', 'calls:read': 'read calls', 'tickets:read': 'read tickets', 'tickets:file': 'file tickets',
      'callbacks:read': 'read call-backs', 'audit:read': 'read the audit log', 'cases:report': 'call back what became of cases', 'partners:report': 'a partner says how shared matters stand',
    },
  },
  failed: 'Did not work: {message}',
}

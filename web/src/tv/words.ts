// The texts of a television's page. Merged under `tv`.
export const zh = {
  away: '连接中断，正在自动重连；以下为 {time} 的数据',
  blind: '话务链路中断，以下数字仅供参考',
  waiting: '正在连接…',
  noToken: '本屏幕尚未授权。请运维执行 hotline token new 生成 screen 令牌，并在本页地址后加上 #令牌 打开一次。',
  refused: '令牌无效、已吊销或已到期。请在本页地址后加上 #新令牌 打开一次。',
}

export const en: typeof zh = {
  away: 'The connection is lost and comes back by itself; figures of {time}',
  blind: 'The link to the telephone is down: the figures are not to be relied on',
  waiting: 'Connecting…',
  noToken: 'This screen has no token. An operator makes one (hotline token new, scope screen) and opens this page once with #TOKEN behind its address.',
  refused: 'The token is wrong, revoked or over. Open this page once with #TOKEN of a new one behind its address.',
}

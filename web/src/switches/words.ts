// Texts of what is switched by hand. Merged into the catalogues under `switches`.
export const zh = {
  title: '临时开关',
  is: { closed: '{name}：已临时停止受理', open: '{name}：已临时开放受理', on: '应急模式“{name}”已启动' },
  until: '（至 {time}）',
  now: { closed: '已停止受理', open: '已开放受理', on: '已启动' },
  usual: { hours: '按时间表', mode: '未启动' },
  act: { closed: '停止受理', open: '开放受理', clock: '恢复时间表', on: '启动', off: '解除' },
  at: '由 {who} 切换',
  phone: '座席 {seat} 的话机',
  later: '已记录，交换机恢复连接后生效',
}

export const en: typeof zh = {
  title: 'Switches',
  is: { closed: '{name}: closed for now', open: '{name}: open for now', on: 'Mode “{name}” is on' },
  until: ' (until {time})',
  now: { closed: 'closed', open: 'open', on: 'on' },
  usual: { hours: 'by its hours', mode: 'off' },
  act: { closed: 'Close', open: 'Open', clock: 'By its hours', on: 'Switch on', off: 'Switch off' },
  at: 'switched by {who}',
  phone: 'the telephone of seat {seat}',
  later: 'Written down; in force once the exchange is connected again',
}

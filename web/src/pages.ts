// The pages there are, in the order of the navigation, and the rights of which one opens each. Pure.

export interface PageOf {
  name: string
  path: string
  rights: readonly string[]
}

export const PAGES: readonly PageOf[] = [
  { name: 'seat', path: '/', rights: ['seat'] },
  { name: 'watch', path: '/watch', rights: ['supervise'] },
  { name: 'callbacks', path: '/callbacks', rights: ['seat', 'calls_all'] },
  { name: 'calls', path: '/calls', rights: ['seat', 'calls_all'] },
  { name: 'tickets', path: '/tickets', rights: ['file', 'tickets_all'] },
  { name: 'recordings', path: '/recordings', rights: ['seat', 'recordings_all'] },
  { name: 'templates', path: '/templates', rights: ['templates'] },
  { name: 'knowledge', path: '/knowledge', rights: ['file', 'knowledge'] },
  { name: 'wall', path: '/wall', rights: ['wall'] },
  { name: 'admin', path: '/admin', rights: ['accounts', 'sessions_all', 'audit', 'dead_letters', 'health'] },
]

export function open(page: PageOf, may: (right: string) => boolean): boolean {
  return page.rights.some(may)
}

/** Where somebody lands who may not enter the page they asked for by coming in: work first, a screen for rooms last. */
export function firstPage(may: (right: string) => boolean): string {
  const first = PAGES.find((page) => page.name !== 'wall' && open(page, may)) ?? PAGES.find((page) => open(page, may))
  return first?.path ?? '/'
}

// The pages by their addresses; who may enter which stands in `pages.ts`.
import { createRouter, createWebHistory, type RouteComponent } from 'vue-router'
import { PAGES } from './pages'

type Load = () => Promise<RouteComponent>
const CALLS: Load = () => import('./calls/CallsPage.vue')
const SHOWN: Record<string, Load> = {
  seat: () => import('./seat/SeatPage.vue'),
  watch: () => import('./watch/WatchPage.vue'),
  callbacks: () => import('./callbacks/CallbackPage.vue'),
  calls: CALLS,
  recordings: CALLS,
  tickets: () => import('./tickets/TicketsPage.vue'),
  wall: () => import('./wall/WallPage.vue'),
  knowledge: () => import('./knowledge/KnowledgePage.vue'),
  templates: () => import('./templates/TemplatesPage.vue'),
  admin: () => import('./admin/AdminPage.vue'),
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...PAGES.map(({ name, path, rights }) => ({
      path, name, component: SHOWN[name]!, props: name === 'recordings' ? { recorded: true } : {},
      // the seat's page says itself why somebody has no seat
      meta: { title: `app.page.${name}`, ...(name === 'seat' ? {} : { rights }) },
    })),
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

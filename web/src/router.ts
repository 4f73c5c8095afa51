// Four pages. The two for screens across a room and for supervisors come when they are wanted.
import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'seat', component: () => import('./seat/SeatPage.vue'), meta: { title: 'seat.title' } },
    { path: '/wall', name: 'wall', component: () => import('./wall/WallPage.vue'), meta: { title: 'wall.title', rights: ['wall'] } },
    { path: '/callbacks', name: 'callbacks', component: () => import('./callbacks/CallbackPage.vue'), meta: { title: 'callbacks.title', rights: ['seat', 'calls_all'] } },
    { path: '/watch', name: 'watch', component: () => import('./watch/WatchPage.vue'), meta: { title: 'watch.title', rights: ['supervise', 'sessions_all', 'audit'] } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

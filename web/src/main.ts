// Begins here: the frame, its catalogues, its pages.
import { createApp } from 'vue'
import App from './App.vue'
import { sayNobody, speaks } from './restClient'
import { i18n, say, speak } from './i18n'
import { router } from './router'
import './tokens.css'
import './style.css'
import { followTheme } from './theme'

followTheme()
speak(i18n.global.locale.value)
sayNobody(() => say('app.nobody'))
speaks(() => i18n.global.locale.value)
createApp(App).use(i18n).use(router).mount('#app')

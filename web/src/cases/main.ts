// The case store's own pages begin here: staff's lists and cases. Nothing of the console is loaded.
import { createApp } from 'vue'
import CasesApp from './CasesApp.vue'
import { speak, spoken } from './language'
import './cases.css'

speak(spoken.value)
createApp(CasesApp).mount('#app')

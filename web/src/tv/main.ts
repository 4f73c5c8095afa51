// A television's page begins here: the wallboard's figures for a screen that nobody sits at. Nothing of the console is loaded.
import { createApp } from 'vue'
import { createI18n } from 'vue-i18n'
import { en as wallEn, zh as wallZh } from '../wall/words'
import '../tokens.css'
import '../wall/wall.css'
import './tv.css'
import TvPage from './TvPage.vue'
import { en, zh } from './words'

const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh: { wall: wallZh, tv: zh }, en: { wall: wallEn, tv: en } } })
createApp(TvPage).use(i18n).mount('#app')

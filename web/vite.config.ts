// The pages' build: static files for the edge, nothing fetched from elsewhere, nothing inline (CSP).
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  root: fileURLToPath(new URL('.', import.meta.url)),
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    // messages are read by an interpreter, never made into code: no 'unsafe-eval'
    __INTLIFY_JIT_COMPILATION__: 'true',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    // what public/browser.js asks a browser for
    target: ['es2020', 'chrome92', 'firefox95'],
    modulePreload: { polyfill: false },
    // pages: the console, the case store's own (/cases/) and a television's, none of which loads the other's
    rollupOptions: { input: ['index.html', 'cases.html', 'tv.html'].map((page) => fileURLToPath(new URL(page, import.meta.url))) },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    chunkSizeWarningLimit: 1200,
  },
  server: { host: '127.0.0.1' },
})

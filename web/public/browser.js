// Run before all else, in words that every browser understands (ECMAScript 3): one that is too old for the pages says so.
// What is asked for here is what the build's target and the pages themselves need; docs/operating.md names the versions.
(function () {
  var lacking = !('noModule' in document.createElement('script')) || !Array.prototype.at || !String.prototype.replaceAll ||
    !window.crypto || !window.crypto.randomUUID || !window.AbortController || !window.WebSocket || !window.RTCPeerConnection
  if (!lacking) return
  var box = document.getElementById('app')
  if (!box) return
  box.id = 'too-old' // nothing is to be put there any more
  box.setAttribute('data-testid', 'too-old')
  box.setAttribute('role', 'alert')
  var lines = [
    '浏览器版本太旧，无法使用本系统。',
    '请使用 Chrome、Edge 或 Chromium 内核 92 及以上版本（360、奇安信等浏览器请选择极速模式），或 Firefox 95 及以上版本。',
    'This browser is too old for these pages: Chromium 92, Firefox 95 or later is needed.',
    navigator.userAgent
  ]
  for (var i = 0; i < lines.length; i++) {
    var line = document.createElement('p')
    line.appendChild(document.createTextNode(lines[i]))
    box.appendChild(line)
  }
})()

// Injected before any script of a page: listens to what its calls really receive and send.
// Wraps RTCPeerConnection, so that the product needs no door for tests.
(() => {
  const Native = window.RTCPeerConnection;
  if (!Native || window.__ears) return;
  const calls = [];
  let context = null;

  const listen = (call, track) => {
    context ??= new AudioContext();
    context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    call.analysers.push(analyser);
  };

  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...words) {
      super(...words);
      const call = { peer: this, analysers: [] };
      calls.push(call);
      this.addEventListener('track', (event) => listen(call, event.track));
    }
  };

  const live = () => calls.filter((call) => call.peer.connectionState !== 'closed');

  window.__ears = {
    // Share (0..1) of the power received now that lies within 25 Hz of a pitch; 0 in silence.
    share(hertz) {
      let best = 0;
      for (const { analysers } of live()) {
        for (const analyser of analysers) {
          const bins = new Float32Array(analyser.frequencyBinCount);
          analyser.getFloatFrequencyData(bins);
          const width = analyser.context.sampleRate / analyser.fftSize;
          let near = 0, all = 0;
          bins.forEach((decibel, place) => {
            const at = place * width;
            if (at < 60 || at > 3800) return;
            const power = 10 ** (decibel / 10);
            all += power;
            if (Math.abs(at - hertz) <= 25) near += power;
          });
          if (all > 1e-7) best = Math.max(best, near / all);
        }
      }
      return best;
    },
    // Since each call began: energy and seconds received, packets received and sent, energy of the microphone.
    async figures() {
      const sum = { heard: 0, seconds: 0, received: 0, sent: 0, spoken: 0, peers: 0 };
      for (const { peer } of live()) {
        sum.peers += 1;
        (await peer.getStats()).forEach((row) => {
          if (row.kind !== 'audio') return;
          if (row.type === 'inbound-rtp') {
            sum.heard += row.totalAudioEnergy ?? 0;
            sum.seconds += row.totalSamplesDuration ?? 0;
            sum.received += row.packetsReceived ?? 0;
          } else if (row.type === 'outbound-rtp') sum.sent += row.packetsSent ?? 0;
          else if (row.type === 'media-source') sum.spoken += row.totalAudioEnergy ?? 0;
        });
      }
      return sum;
    },
  };
})();

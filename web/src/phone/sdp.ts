// SDP, as little as possible: A-law first in what we answer or offer. Pure.

const ALAW = '8' // its payload type is fixed (RFC 3551)

/** The audio line's payload types with A-law in front; anything else as it was. */
export function alawFirst(sdp: string): string {
  return sdp.replace(/^(m=audio \d+ [A-Z/]+) ([\d ]+)$/gm, (whole, head: string, list: string) => {
    const types = list.trim().split(/ +/)
    return types.includes(ALAW) ? `${head} ${[ALAW, ...types.filter((one) => one !== ALAW)].join(' ')}` : whole
  })
}

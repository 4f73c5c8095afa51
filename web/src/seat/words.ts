// The seat console's texts. Merged under `seat`.
export const zh = { title: '座席台' }

export const en: typeof zh = { title: 'Seat' }

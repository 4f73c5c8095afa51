// The softphone's texts. Merged under `phone`.
export const zh = { title: '软电话' }

export const en: typeof zh = { title: 'Softphone' }

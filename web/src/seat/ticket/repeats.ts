// What of a form says which matter it is: asked with it for earlier tickets of the same one. Pure.
import type { components } from '../../contract'
import type { Form } from './form'

type MatterIn = components['schemas']['MatterIn']

/** Only what is said, and of coordinates only what is a number: an unfinished field is no reason to be refused. */
export function matterOf(form: Form): Partial<MatterIn> {
  const [lng, lat] = [Number(form.lng), Number(form.lat)]
  const placed = form.crs && form.lng.trim() && form.lat.trim() && Math.abs(lng) <= 180 && Math.abs(lat) <= 90
  const said: Partial<MatterIn> = {
    code: form.code?.code ?? '', code_kind: (form.code?.kind ?? ''), scheme: form.code?.scheme ?? '',
    part_id: /^[0-9A-Za-z-]{1,24}$/.test(form.part_id.trim()) ? form.part_id.trim() : '',
    address: form.address.trim().slice(0, 200), address_std: form.address_std.trim().slice(0, 200),
    grid_code: /^\d{14,15}$/.test(form.grid_code) ? form.grid_code : '', accuracy: placed ? form.accuracy : '',
    ...(placed ? { lng, lat, crs: form.crs } : {}),
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''))
}

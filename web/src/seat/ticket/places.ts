// What a chosen place fills in the form, and when it is the chosen one no longer. Pure.
import type { components } from '../../contract'
import type { Form } from './form'

type Shapes = components['schemas']
export type Place = Shapes['PlaceOut']
export type Spot = Shapes['SpotOut']

/** So much must be typed before the server is asked. */
export const LEAST = 2
export const MOST_TYPED = 80
/** From this zoom of a map on a press is good to ten metres. */
const FINE = 16
const HANZI = /[\u3400-\u9fff]/

/** What the server is asked for; '' nothing. */
export function askedPlace(text: string): string {
  const plain = text.trim().slice(0, MOST_TYPED)
  return [...plain].length >= LEAST ? plain : ''
}

/** Without those that are far less alike than the best: what was typed whole needs no list. */
export function likely(places: Place[]): Place[] {
  const best = places[0]?.score ?? 0
  return places.filter((one) => one.crossing || one.score >= best - 25)
}

const FILLED = {
  place: '', address_std: '', district: '', street: '', community: '', division: '', grid_code: '', lng: '', lat: '', crs: '', accuracy: '',
} satisfies Partial<Form>

/**
 * The form's fields by a place. The citizen's own words stay where they say more than the name; pinyin and beginnings of the
 * name become it. Of a crossing nobody knows the place: only a district that both roads share is filled.
 */
export function filled(form: Pick<Form, 'address'>, place: Place, crossing: string): Partial<Form> {
  const name = place.crossing ? crossing : place.name
  const said = form.address.trim()
  const more = HANZI.test(said) && said.includes(place.name) && said.length > place.name.length
  const address = more ? said : name
  if (place.crossing) return { ...FILLED, place: more ? place.name : name, address, address_std: name, district: place.district }
  const at = place.lng === null || place.lat === null ? { lng: '', lat: '', crs: '' } : { lng: String(place.lng), lat: String(place.lat), crs: place.crs }
  return {
    ...FILLED, ...at, place: place.name, address, address_std: [place.district, place.street, place.name].join(''),
    district: place.district, street: place.street, community: place.community, division: place.division,
    grid_code: place.grid_code, accuracy: at.crs ? place.accuracy : '',
  }
}

/** Another address is being typed than the one that was chosen: what it filled is wrong now. */
export function strayed(form: Form): Partial<Form> | null {
  return form.place && !form.address.includes(form.place) ? { ...FILLED } : null
}

/** A point of the map: what another place filled goes, what lies there is asked for (SpotNote). */
export function pointed(lng: number, lat: number, zoom: number): Partial<Form> {
  return { ...FILLED, lng: lng.toFixed(6), lat: lat.toFixed(6), crs: 'WGS84', accuracy: zoom >= FINE ? 'C' : 'D' }
}

/** What lies at coordinates typed by hand; an area that somebody typed is left as it is. */
export function spotted(form: Form, spot: Spot): Partial<Form> {
  const [district = '', street = '', community = ''] = spot.area
  const area = form.district || form.street || form.community ? {} : { district, street, community }
  return { grid_code: spot.grid_code, division: spot.division, ...area }
}

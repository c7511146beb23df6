// WhatsApp takes these two; a phone turns everything else into them, and makes large ones smaller.
const TAKEN = ['image/jpeg', 'image/png']
const LONGEST_PX = 2048
const QUALITY = 0.85

/**
 * The file as a phone would send it: pictures as JPEG or PNG of a sensible size, anything else as it is.
 *
 * @param {File} file
 * @returns {Promise<Blob>}
 */
export async function toPhonePicture(file) {
  if (!file.type.startsWith('image/')) return file
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  // A picture that the browser cannot read goes as a document (see `kindOf`).
  if (!bitmap) return file
  const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height))
  if (scale === 1 && TAKEN.includes(file.type)) return file
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const picture = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
  return picture instanceof Blob ? picture : file
}

/**
 * The kind of message that carries the file.
 *
 * @param {Blob} file
 */
export function kindOf({ type }) {
  if (TAKEN.includes(type)) return 'image'
  if (type.startsWith('video/')) return 'video'
  return type.startsWith('audio/') ? 'audio' : 'document'
}

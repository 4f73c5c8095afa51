// A dialog of the browser's own that holds the focus as long as it is there.
import { onActivated, onMounted, type Ref } from 'vue'

export function modal(dialog: Ref<HTMLDialogElement | undefined>): void {
  onMounted(() => dialog.value?.showModal())
  // back in the document after a locked screen: it says it is open, but holds nothing any more
  onActivated(() => {
    if (!dialog.value || dialog.value.matches(':modal')) return
    dialog.value.removeAttribute('open')
    dialog.value.showModal()
  })
}

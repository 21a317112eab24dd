import { jumpTo } from './jump.js';
import type { Key } from './keys.js';
import { edit, type Prompt, paste } from './prompt.js';
import { scroll } from './scroll.js';
import { keepSelected } from './selection.js';
import type { State } from './state.js';
import { showMessage } from './update.js';

/** While something is typed, letters belong to it; the arrow keys still move the cursor of the list. */
export function typeKey(state: State, prompt: Prompt, key: Key): State {
  switch (key.name) {
    case 'return':
      return prompt.kind === 'jump' ? jump(state, prompt.text) : { ...state, prompt: null };
    case 'escape':
      return prompt.kind === 'filter'
        ? { ...keepSelected(state), prompt: null, filter: '' }
        : { ...state, prompt: null };
    case 'up':
    case 'down':
    case 'pageup':
    case 'pagedown':
      return scroll(state, key.name) ?? state;
    default:
      return withPrompt(state, edit(prompt, key) ?? prompt);
  }
}

/** A filter applies as it is typed. */
function withPrompt(state: State, prompt: Prompt): State {
  return prompt.kind === 'filter' ? { ...state, prompt, filter: prompt.text, back: null } : { ...state, prompt };
}

function jump(state: State, text: string): State {
  const closed = { ...state, prompt: null };
  return jumpTo(closed, text) ?? showMessage(closed, `no row, listener or event has "${text}"`, true);
}

/** Pasted text belongs to what is being typed; without that it is nothing, least of all keys. */
export function pasteText(state: State, text: string): State {
  if (state.prompt !== null) return withPrompt(state, paste(state.prompt, text));
  return showMessage(state, 'pasted text was ignored: press / or : first', true);
}

import { counted } from '../matrix_words.js';
import type { PageData } from './data.js';
import { detailsOf } from './details.js';
import { byId, element } from './element.js';
import { type Chosen, Grid } from './grid.js';
import { type Model, modelsOf, select, type Wanted } from './model.js';
import { printed } from './print.js';

/** The data is compressed: a thousand nodes say nearly the same. */
async function embedded(): Promise<PageData> {
  const text = byId('data').textContent ?? '';
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).json();
}

/** One matrix on the page. */
class Panel {
  readonly #whole: Model;
  readonly #grid: Grid;
  readonly #paper = element('div', { class: 'paper' });
  #shown: Model;

  constructor(model: Model, place: HTMLElement) {
    this.#whole = model;
    this.#shown = model;
    const scroller = element('div', { class: 'scroller' });
    place.append(element('h2', {}, model.title), scroller, this.#paper);
    this.#grid = new Grid(scroller, model, (chosen) => this.#open(chosen));
  }

  /** Shows what is asked for, and says how much of it there is. */
  show(wanted: Wanted): string {
    this.#shown = select(this.#whole, wanted);
    this.#grid.show(this.#shown);
    const { rows, nodes } = this.#whole;
    return `${this.#shown.rows.length} of ${counted(rows.length, 'row')}, ${this.#shown.nodes.length} of ${counted(nodes.length, 'node')}`;
  }

  print(): void {
    this.#paper.replaceChildren(...printed(this.#shown));
  }

  #open(chosen: Chosen): void {
    const [title, ...content] = detailsOf(this.#whole, chosen);
    byId('details-title').textContent = title;
    byId('details-content').replaceChildren(...content);
    const dialog = byId('details');
    if (!(dialog instanceof HTMLDialogElement)) return;
    dialog.addEventListener('close', () => this.#grid.focus(), { once: true });
    dialog.showModal();
    dialog.scrollTop = 0;
  }
}

function start(data: PageData): void {
  const panels = modelsOf(data).map((model) => new Panel(model, byId('matrices')));
  const form = byId('filter');
  const text = byId('filter-text');
  const faults = byId('filter-faults');
  const odd = byId('filter-odd');
  const update = (): void => {
    const wanted = { text: textIn(text), faultsOnly: isChecked(faults), oddOnly: isChecked(odd) };
    const shown = panels.map((panel) => panel.show(wanted));
    byId('shown').textContent = `Shown: ${shown.length === 0 ? 'nothing, as nothing could be read' : shown.join('; ')}`;
  };
  form.addEventListener('input', update);
  form.addEventListener('submit', (event) => event.preventDefault());
  const print = (): void => {
    for (const panel of panels) panel.print();
  };
  window.addEventListener('beforeprint', print);
  window.matchMedia('print').addEventListener('change', ({ matches }) => {
    if (matches) print();
  });
  form.hidden = false;
  update();
}

function textIn(input: HTMLElement): string {
  return input instanceof HTMLInputElement ? input.value : '';
}

function isChecked(input: HTMLElement): boolean {
  return input instanceof HTMLInputElement && input.checked;
}

embedded().then(start, () => {
  byId('matrices').append(
    element(
      'p',
      { role: 'alert' },
      'The data in this page cannot be read by this browser: one from 2023 or later is needed.',
    ),
  );
});

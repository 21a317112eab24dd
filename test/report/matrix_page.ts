import type { Locator, Page } from 'playwright-core';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { cluster, fleetOf } from '../fleet/factory.js';
import { held } from '../verdict/factory.js';

/* What the tests of the matrix as a page share. */

/** Thirty workers, some with faults. */
export const FAULTY = toMatrixHtml(
  fleetOf(
    cluster(30, {
      'cp-2': { without: ['etcd'] },
      'w-2': { also: [held('backdoor', '0.0.0.0', 31337)] },
      'w-9': { without: ['kubelet'] },
    }),
    { unreadable: { 'x.tgz': 'it is no archive' } },
  ),
);

/** A fleet in which nodes share columns. */
export const LARGE = toMatrixHtml(
  fleetOf(cluster(300, { 'w-7': { without: ['kubelet'] }, 'w-8': { also: [held('backdoor', '0.0.0.0', 31337)] } })),
);

export const details = (page: Page): Locator => page.getByRole('dialog');
export const rowHead = (page: Page, name: string): Locator => page.getByRole('rowheader', { name, exact: true });
export const columnHead = (page: Page, label: string): Locator =>
  page.locator('thead th').filter({ has: page.locator('b', { hasText: new RegExp(`^${label}$`) }) });

export async function cell(page: Page, row: string, label: string): Promise<Locator> {
  const column = await columnHead(page, label).evaluate((one) =>
    Array.from(one.parentElement?.children ?? []).indexOf(one),
  );
  return page
    .locator('tr')
    .filter({ has: rowHead(page, row) })
    .locator('th, td')
    .nth(column);
}

/** The focused cell, as row and column. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const cell = document.activeElement;
    const head = cell.closest('table').rows[0].cells[cell.cellIndex].firstElementChild?.textContent ?? '';
    return (cell.parentElement.cells[0].firstElementChild?.textContent ?? '') + ' on ' + head;
  })()`);

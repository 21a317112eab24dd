import t from 'tap';
import { openHtml, startBrowser } from './browser.js';
import { cell, columnHead, details, FAULTY, focused, rowHead } from './matrix_page.js';

const browser = await startBrowser();
t.teardown(() => browser.close());

t.test('headers stay in view', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  await page.locator('.scroller').evaluate((box) => box.scrollTo(1e6, 1e6));
  const box = await page.locator('.scroller').boundingBox();
  const head = await columnHead(page, 'w-30').boundingBox();
  const name = await rowHead(page, ':31337/tcp backdoor').boundingBox();
  t.ok(box !== null && head !== null && Math.abs(head.y - box.y) < 3, 'the header row stays on top');
  t.ok(box !== null && name !== null && Math.abs(name.x - box.x) < 3, 'the names of rows stay at the left');
  t.strictSame(complaints, []);
  await close();
});

t.test('a cell under the pointer says why', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const notHere = await cell(page, 'default:2379/tcp etcd', 'w-2');
  t.equal(await notHere.getAttribute('title'), null, 'the page has it once');
  await notHere.hover();
  t.equal(await notHere.getAttribute('title'), 'for control-plane nodes only; this is a worker node');
  t.strictSame(complaints, []);
  await close();
});

t.test('by keyboard alone', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  await page.locator('#filter-odd').focus();
  await page.keyboard.press('Tab');
  if ((await page.locator('.scroller').evaluate((box) => box === box.ownerDocument.activeElement)) === true) {
    await page.keyboard.press('Tab');
  }
  t.equal(await focused(page), 'localhost:9879/tcp on cp-1', 'one tab stop for the whole table');
  await page.keyboard.press('ArrowDown');
  t.equal(await focused(page), 'localhost:9890/tcp on cp-1');
  await page.keyboard.press('ArrowLeft');
  t.equal(await focused(page), 'localhost:9890/tcp on ');
  await page.keyboard.press('Control+End');
  t.equal(await focused(page), ':31337/tcp on w-30');
  await page.keyboard.press('ArrowRight');
  t.equal(await focused(page), ':31337/tcp on w-30', 'stops at the edge');
  await page.keyboard.press('Enter');
  t.ok(await details(page).isVisible());
  await page.keyboard.press('Escape');
  await details(page).waitFor({ state: 'hidden' });
  t.equal(await focused(page), ':31337/tcp on w-30', 'and back');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Enter');
  t.notOk(await details(page).isVisible(), 'the corner has no details');
  await page.locator('#filter-faults').check();
  await (await cell(page, 'default:2379/tcp etcd', 'cp-2')).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  t.equal(await focused(page), 'default:2379/tcp on w-2', 'passes over what the filter hides');
  t.strictSame(complaints, []);
  await close();
});

t.test('filters', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY);
  const shown = (): Promise<string> => page.locator('#shown').innerText();
  await page.locator('#filter-faults').check();
  t.equal(await shown(), 'Shown: 5 of 20 rows, 3 of 33 nodes');
  t.equal(await page.locator('tr:not(.section) > th[scope=row]:visible').count(), 5);
  t.equal(await page.locator('thead th:visible').count(), 3);
  await page.locator('#filter-text').fill('kubelet');
  t.equal(await shown(), 'Shown: 2 of 20 rows, 1 of 33 nodes');
  await page.locator('#filter-faults').uncheck();
  t.equal(await shown(), 'Shown: 2 of 20 rows, 33 of 33 nodes');
  await page.locator('#filter-text').fill('W-9');
  t.equal(await shown(), 'Shown: 20 of 20 rows, 1 of 33 nodes', 'in either case');
  await page.locator('#filter-text').fill('etcd cp-');
  t.equal(await shown(), 'Shown: 2 of 20 rows, 3 of 33 nodes');
  await page.locator('#filter-text').fill('unexpected');
  t.equal(await shown(), 'Shown: 1 of 20 rows, 33 of 33 nodes');
  await page.locator('#filter-text').fill('nothing like this');
  t.equal(await shown(), 'Shown: 0 of 20 rows, 33 of 33 nodes');
  await page.locator('#filter-text').fill('');
  await page.locator('#filter-odd').check();
  t.equal(await shown(), 'Shown: 5 of 20 rows, 3 of 33 nodes');
  t.strictSame(complaints, []);
  await close();
});

t.test('on a phone', async (t) => {
  const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
  const { page, complaints, close } = await openHtml(browser, FAULTY, phone);
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'only the tables scroll sideways');
  await page.locator('#filter-faults').check();
  await (await cell(page, 'default:2379/tcp etcd', 'cp-2')).tap();
  const box = await details(page).boundingBox();
  t.ok(box !== null && box.x >= 0 && box.x + box.width <= 360, 'details fit the screen');
  await details(page).getByRole('button', { name: 'Close' }).tap();
  const sizes = await page.locator('tbody td:visible').evaluateAll((all) => all.map((one) => one.clientHeight));
  t.ok(Math.min(...sizes) >= 40, 'cells are large enough for a finger');
  const cut = await page
    .locator('th:visible, td:visible')
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
  t.strictSame(cut, [], 'nothing is cut off');
  const words = await page
    .locator('td.odd:visible i')
    .evaluateAll((all) => all.map((one) => one.getClientRects().length));
  t.ok(words.length > 0 && words.every((parts) => parts === 1), 'words are whole');
  const marks = await page.locator('td.odd:visible').evaluateAll((all) =>
    all.map((one) => {
      const view = one.ownerDocument.defaultView;
      const mark = one.querySelector('b');
      const style = mark === null ? undefined : view?.getComputedStyle(mark, '::after');
      return [
        style?.content,
        style?.position,
        Number.parseFloat(style?.right ?? '') + Number.parseFloat(style?.width ?? '') < one.clientWidth,
      ];
    }),
  );
  for (const mark of marks) t.strictSame(mark, ['"◆"', 'absolute', true], 'the mark is in the corner of its cell');
  t.strictSame(complaints, []);
  await close();
});

t.test('in print', async (t) => {
  const { page, complaints, close } = await openHtml(browser, FAULTY, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  t.match(
    await page.locator('pre').innerText(),
    /✗ missing {2}default:2379\/tcp {2}etcd {2}on cp-2\n +nothing is listening/,
  );
  const width = await page.locator('table').evaluate((one) => one.getBoundingClientRect().width);
  t.ok(width < (277 / 25.4) * 96, `33 nodes fit A4 in landscape: ${width} px`);
  t.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)', 'always white');
  t.ok((await page.pdf()).length > 10_000);
  t.strictSame(complaints, []);
  await close();
});

t.test('there are symbols and words besides colours, and colours have contrast', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, close } = await openHtml(browser, FAULTY, { colorScheme });
    const cells = page.locator('tbody td');
    for (const text of new Set(await cells.allInnerTexts())) t.match(text, /^[✗▲▽?✓–·] [\w/-]+( [◆◇])?$/);
    const colours = await cells.evaluateAll((all) =>
      all.map((one) => {
        const view = one.ownerDocument.defaultView;
        const own = view?.getComputedStyle(one).color ?? '';
        const behind = [one, one.ownerDocument.body]
          .map((element) => view?.getComputedStyle(element).backgroundColor ?? '')
          .find((colour) => !/, 0\)$/.test(colour));
        return [own, behind ?? ''];
      }),
    );
    for (const pair of new Set(colours.map((one) => one.join(' on ')))) {
      const [ink = '', paper = ''] = pair.split(' on ');
      t.ok(contrast(ink, paper) >= 4.5, `${colorScheme}: ${pair} (${contrast(ink, paper).toFixed(1)})`);
    }
    await close();
  }
});

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((value) => {
    const part = Number(value) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

t.test('without JavaScript the tables and the text are complete', async (t) => {
  const { page, close } = await openHtml(browser, FAULTY, { javaScriptEnabled: false });
  t.equal(await page.locator('tbody td:visible').count(), 20 * 33);
  t.match(await page.locator('pre').innerText(), /What stands out:/);
  t.notOk(await page.locator('#filter').isVisible());
  await close();
});

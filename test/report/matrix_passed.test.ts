import t from 'tap';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { passedText } from '../../src/report/matrix_passed.js';
import { toMatrixTable } from '../../src/report/matrix_table.js';
import { cluster, fleetOf } from '../fleet/factory.js';
import { held } from '../verdict/factory.js';

const FAULTY = cluster(2, {
  'w-1': { without: ['kubelet'] },
  'w-2': { also: [held('backdoor', '0.0.0.0', 31337)] },
});

t.test('faults that --fail-on lets pass are counted, since their nodes count as matching', (t) => {
  t.equal(passedText(fleetOf(FAULTY)), null, 'by default none are');
  t.equal(passedText(fleetOf(FAULTY, { failOn: 'info' })), null);
  t.equal(passedText(fleetOf(FAULTY, { failOn: 'error' })), '1 fault let pass by --fail-on error', 'a warning');
  t.equal(passedText(fleetOf(FAULTY, { failOn: 'never' })), '3 faults let pass by --fail-on never');
  t.equal(passedText(fleetOf(cluster(2, {}), { failOn: 'never' })), null, 'where there are none');
  t.end();
});

t.test('the table and the page say so at once', (t) => {
  const fleet = fleetOf(FAULTY, { failOn: 'never' });
  t.match(toMatrixTable(fleet, 120).split('\n')[0], / match; 3 faults let pass by --fail-on never$/);
  t.match(toMatrixHtml(fleet), / match; 3 faults let pass by --fail-on never[ <]/);
  t.end();
});

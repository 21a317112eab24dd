import t from 'tap';
import { toMatrixHtml } from '../../src/report/matrix_html.js';
import { toMatrixTable } from '../../src/report/matrix_table.js';
import { toleratedText } from '../../src/report/matrix_tolerated.js';
import { cluster, fleetOf } from '../fleet/factory.js';
import { joined } from '../joined.js';
import { held } from '../verdict/factory.js';

const FAULTY = cluster(2, {
  'w-1': { without: ['kubelet'] },
  'w-2': { also: [held('backdoor', '0.0.0.0', 31337)] },
});

t.test('counts faults that --fail-on tolerates', (t) => {
  t.equal(toleratedText(fleetOf(FAULTY)), null, 'none by default');
  t.equal(toleratedText(fleetOf(FAULTY, { failOn: 'info' })), null);
  t.equal(toleratedText(fleetOf(FAULTY, { failOn: 'error' })), '1 fault tolerated by --fail-on error', 'a warning');
  t.equal(toleratedText(fleetOf(FAULTY, { failOn: 'never' })), '3 faults tolerated by --fail-on never');
  t.equal(toleratedText(fleetOf(cluster(2, {}), { failOn: 'never' })), null, 'no faults');
  t.end();
});

t.test('the table and the page begin with it', (t) => {
  const fleet = fleetOf(FAULTY, { failOn: 'never' });
  t.match(joined(toMatrixTable(fleet, 120)).split('\n')[0], / match; 3 faults tolerated by --fail-on never$/);
  t.match(toMatrixHtml(fleet), / match; 3 faults tolerated by --fail-on never[ <]/);
  t.end();
});

# A plugin for sos: copy it to sos/report/plugins/k8s_sockwatch.py.

from sos.report.plugins import (
    DebianPlugin, IndependentPlugin, Plugin, RedHatPlugin, UbuntuPlugin)


# sos 4.0 (Debian 12) ignores a plugin on Debian that is only an IndependentPlugin.
class K8sSockwatch(Plugin, RedHatPlugin, DebianPlugin, UbuntuPlugin, IndependentPlugin):

    short_desc = 'Listening sockets of a Canonical Kubernetes node against its page'
    plugin_name = 'k8s_sockwatch'
    profiles = ('network', 'container')
    # Found in the PATH that sos sets, which has /usr/bin everywhere and /usr/local/bin on some distributions.
    commands = ('k8s-sockwatch',)

    def setup(self):
        # Not redacted, like the rest of a report: `sos clean` replaces host names, addresses and users consistently in all
        # files. It does not replace pods and containers: add --redact if those must not be disclosed.
        #
        # The deadline ends the command with partial results before the timeout of sos. stderr would not be JSON. sos
        # truncates long output at its beginning, which would destroy a snapshot.
        self.add_cmd_output(
            'k8s-sockwatch --once --deadline 20',
            suggest_filename='k8s-sockwatch.json', timeout=30,
            stderr=False, sizelimit=0)
        self.add_cmd_output(
            'k8s-sockwatch --once --deadline 20 --format table',
            suggest_filename='k8s-sockwatch.txt', timeout=30)

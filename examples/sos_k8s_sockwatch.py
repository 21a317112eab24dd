# A plugin of sos: copy it to sos/report/plugins/k8s_sockwatch.py.

from sos.report.plugins import (
    DebianPlugin, IndependentPlugin, Plugin, RedHatPlugin, UbuntuPlugin)


# Each by its name: in sos 4.0, Debian 12's, a Debian does not take an IndependentPlugin.
class K8sSockwatch(Plugin, RedHatPlugin, DebianPlugin, UbuntuPlugin, IndependentPlugin):

    short_desc = 'Listening sockets of a Canonical Kubernetes node against its page'
    plugin_name = 'k8s_sockwatch'
    profiles = ('network', 'container')
    # Found in the PATH that sos sets, which has /usr/bin everywhere and /usr/local/bin on some distributions.
    commands = ('k8s-sockwatch',)

    def setup(self):
        # As it is, like all else in a report: whoever hands one on runs `sos clean`, which gives a thing the same name in every
        # file. That knows host names, addresses and users, but not pods and containers: add --redact where those must not be seen.
        #
        # sos ends a command after its timeout; the deadline ends it before, with what it has by then. What is said on standard
        # error would be no JSON. sos cuts long output at its beginning, so that nothing would be left of a snapshot.
        self.add_cmd_output(
            'k8s-sockwatch --once --deadline 20',
            suggest_filename='k8s-sockwatch.json', timeout=30,
            stderr=False, sizelimit=0)
        self.add_cmd_output(
            'k8s-sockwatch --once --deadline 20 --format table',
            suggest_filename='k8s-sockwatch.txt', timeout=30)

# A plugin of sos: copy it to sos/report/plugins/k8s_sockwatch.py.

from sos.report.plugins import IndependentPlugin, Plugin


class K8sSockwatch(Plugin, IndependentPlugin):

    short_desc = 'Listening sockets of a Canonical Kubernetes node against its page'
    plugin_name = 'k8s_sockwatch'
    profiles = ('network', 'container')
    commands = ('k8s-sockwatch',)

    def setup(self):
        # sos ends a command after its timeout; the deadline ends it before, with what it has by then.
        self.add_cmd_output(
            'k8s-sockwatch --once --deadline 20',
            suggest_filename='k8s-sockwatch.json', timeout=30)
        self.add_cmd_output(
            'k8s-sockwatch --once --deadline 20 --format table',
            suggest_filename='k8s-sockwatch.txt', timeout=30)

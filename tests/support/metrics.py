"""What a running service tells Prometheus, read as Prometheus reads it."""

from __future__ import annotations

import http.client

from prometheus_client.parser import text_string_to_metric_families

from tests.support.service_process import PATIENCE_SECONDS

METRICS_PORT_SETTING = "ATTENDANCE_METRICS_PORT"


class Metrics:
    """The metrics of one moment, by name and labels."""

    def __init__(self, port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 200
        self.text = answer.read().decode()
        connection.close()
        self._samples = [
            sample
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
        ]

    def value(self, name: str, **labels: str) -> float:
        """Adds up what is told of a metric with these labels, whatever others it has."""
        found = [
            each.value
            for each in self._samples
            if each.name == f"attendance_{name}" and labels.items() <= each.labels.items()
        ]
        assert found, f"nothing is told of {name} {labels}"
        return sum(found)

    def label_names(self) -> set[str]:
        """Lists the names of all labels that ours have."""
        ours = [each for each in self._samples if each.name.startswith("attendance_")]
        return {name for each in ours for name in each.labels}

"""Where traces go: a line of the log each and, where OpenTelemetry's SDK is installed, its spans."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from bot import tracing
from bot.steps import Step, Trace

MILLISECOND = 1_000_000  # nanoseconds
SHOWN = 100  # characters of a line
FLUSH = 2.0  # seconds at the end for the spans that are still to be sent
EXPORTERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.grpc.trace_exporter",
)
FAILED = frozenset({"failed", "unknown"})  # a refusal is an answer

log = logging.getLogger(__name__)


@contextmanager
def listening(*, on: bool) -> Iterator[None]:
    """For as long as the block lasts every trace is told, where it is on."""
    with ExitStack() as stack:
        if on:
            stack.callback(tracing.listen(write))
            spans = _spans(stack)
            if spans is not None:
                stack.callback(tracing.listen(spans))
        yield


def write(trace: Trace) -> None:
    """One line of the log; all figures are milliseconds."""
    log.info("%s", told(trace))


def told(trace: Trace) -> str:
    """That line: the whole, its steps, and in brackets behind each of what that consists."""
    line = "".join(each if each.isprintable() else " " for each in trace.line)
    steps = ", ".join([*_steps(trace, trace.within(None)), *([f"{trace.more} more steps"] if trace.more else ())])
    return f"trace {trace.facts.get('number', '-')} {line[:SHOWN]}: {_ms(trace.start, trace.end)} ms: {steps}"


def _steps(trace: Trace, steps: Iterable[Step]) -> Iterator[str]:
    for each in steps:
        inner = ", ".join(_steps(trace, trace.within(each)))
        yield f"{each.name} {_ms(each.start, each.end)}" + (f" ({inner})" if inner else "")


def _ms(start: int, end: int) -> str:
    return f"{(end - start) / MILLISECOND:.2f}"


def spans_of(tracer: Any) -> Callable[[Trace], None]:
    """A sink that has this tracer of OpenTelemetry make spans, with the times that the steps had."""
    api, status = _module("opentelemetry.trace"), _module("opentelemetry.trace.status")

    def make(trace: Trace) -> None:
        root = tracer.start_span(trace.facts.get("verb") or "line", context={}, start_time=trace.start)
        root.set_attribute("slashdock.line", trace.line)
        root.set_attributes({f"slashdock.{name}": value for name, value in trace.facts.items()})
        if trace.facts.get("status") in FAILED:
            root.set_status(status.StatusCode.ERROR)
        made: dict[Step | None, Any] = {None: root}
        for step in trace.steps:
            around = api.set_span_in_context(made[step.inside], {})
            made[step] = tracer.start_span(step.name, context=around, start_time=step.start)
        for each in reversed(trace.steps):
            made[each].end(each.end)
        root.end(trace.end)

    return make


def _spans(stack: ExitStack) -> Callable[[Trace], None] | None:
    """The sink for the provider that was set, as by opentelemetry-instrument, or one of our own; None without any."""
    if _module("opentelemetry.sdk") is None:
        return None
    api = _module("opentelemetry.trace")
    provider = api.get_tracer_provider()
    if isinstance(provider, api.ProxyTracerProvider):  # nobody set one
        exporter = next((found for name in EXPORTERS if (found := _module(name)) is not None), None)
        if exporter is None:
            log.warning("OpenTelemetry's SDK is here and no exporter: install opentelemetry-exporter-otlp-proto-http")
            return None
        provider = _provider(exporter)
        stack.callback(_end, provider)
    return spans_of(provider.get_tracer("slashdock"))


def _provider(exporter: Any) -> Any:
    """One that sends spans to where the environment says (OTEL_EXPORTER_OTLP_ENDPOINT), under our name or its."""
    sdk, export = _module("opentelemetry.sdk.trace"), _module("opentelemetry.sdk.trace.export")
    resources = _module("opentelemetry.sdk.resources")
    named = resources.Resource.create({resources.SERVICE_NAME: "slashdock"})
    resource = named.merge(resources.OTELResourceDetector().detect())
    provider = sdk.TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(export.BatchSpanProcessor(exporter.OTLPSpanExporter()))
    return provider


def _end(provider: Any) -> None:
    """Send what waits; a collector that hangs is left behind."""
    ending = threading.Thread(target=provider.shutdown, name="spans", daemon=True)
    ending.start()
    ending.join(FLUSH)


def _module(name: str) -> Any:
    """None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None

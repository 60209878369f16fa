using System.Diagnostics;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Propagates only the trace that a request belongs to. Baggage is not propagated, because what a client puts into it may be a secret and
/// would reach every service that is called.
/// </summary>
internal sealed class TraceContextOnly : DistributedContextPropagator
{
    private static readonly string[] s_fields = ["traceparent", "tracestate"];
    private readonly DistributedContextPropagator _w3c = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => s_fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _w3c.Inject(
        activity,
        carrier,
        setter is null ? null : (to, name, value) =>
        {
            if (s_fields.Contains(name))
            {
                setter(to, name, value);
            }
        });

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        _w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}

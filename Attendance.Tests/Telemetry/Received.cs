using System.Collections.Immutable;
using Attendance.Tests.Telemetry.Protos;
using Google.Protobuf;

namespace Attendance.Tests.Telemetry;

/// <summary>The sender of telemetry.</summary>
/// <param name="Process">Its id and when it started: counters begin anew with each process, whatever the instance is called.</param>
internal sealed record Sender(string Service, string Process)
{
    public static Sender From(Protos.Resource resource)
    {
        var attributes = Values.From(resource.Attributes);
        return new(attributes.GetValueOrDefault("service.name", ""), $"{attributes.GetValueOrDefault("process.pid")} {attributes.GetValueOrDefault("process.creation.time")}");
    }
}

internal sealed record ReceivedSpan(
    Sender Sender, string Scope, string Name, string TraceId, string SpanId, string ParentId, DateTimeOffset Start, DateTimeOffset End,
    ImmutableSortedDictionary<string, string> Attributes, IReadOnlyList<string> Events, IReadOnlyList<string> Links, bool IsError)
{
    public static ReceivedSpan From(Sender sender, string scope, Span span) => new(
        sender, scope, span.Name, Values.Hex(span.TraceId), Values.Hex(span.SpanId), Values.Hex(span.ParentSpanId),
        Values.Time(span.StartTimeUnixNano), Values.Time(span.EndTimeUnixNano), Values.From(span.Attributes),
        [.. span.Events.Select(one => one.Name)],
        [.. span.Links.Select(link => $"{Values.Hex(link.TraceId)} {Values.Hex(link.SpanId)}")],
        span.Status?.Code == StatusCode.Error);

    /// <summary>The span's id in the form in which a link names it.</summary>
    public string Context => $"{TraceId} {SpanId}";
}

/// <param name="Kind">As .NET calls the instrument that makes such points.</param>
internal sealed record ReceivedInstrument(string Scope, string Name, string Kind, string Unit, string Description);

/// <summary>The newest point of one stream of measurements.</summary>
/// <param name="Value">Of a histogram, its count.</param>
/// <param name="Traces">Those that its exemplars have named so far.</param>
internal sealed record ReceivedPoint(
    Sender Sender, ReceivedInstrument Instrument, ImmutableSortedDictionary<string, string> Attributes, double Value, DateTimeOffset At,
    IReadOnlyList<double> Bounds, ImmutableHashSet<string> Traces);

/// <param name="Severity">As OTLP numbers it: 9 is information, 13 a warning, 17 an error.</param>
internal sealed record ReceivedLog(Sender Sender, int Severity, string Text, string TraceId, ImmutableSortedDictionary<string, string> Attributes)
{
    public bool IsError => Severity >= 17;

    public bool IsWarning => Severity is >= 13 and < 17;
}

internal static class Values
{
    public static ImmutableSortedDictionary<string, string> From(IEnumerable<KeyValue> attributes) =>
        attributes.ToImmutableSortedDictionary(one => one.Key, one => Text(one.Value), StringComparer.Ordinal);

    public static string Text(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        null or AnyValue.ValueOneofCase.None => "",
        _ => value.ToString(),
    };

    public static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    public static DateTimeOffset Time(ulong unixNano) => DateTimeOffset.UnixEpoch.AddTicks((long)(unixNano / 100));
}

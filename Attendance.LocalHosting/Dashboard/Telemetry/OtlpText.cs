using System.Globalization;
using Attendance.Otlp;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Attendance.LocalHosting.Dashboard.Telemetry;

/// <summary>OTLP's values as texts to show, cut to a length at which any number of them can be kept.</summary>
internal static class OtlpText
{
    private const int LongestText = 4096;
    private const int MostAttributes = 64;

    public static string NameOf(Resource? resource) =>
        resource?.Attributes.FirstOrDefault(attribute => attribute.Key == "service.name") is { } name ? Of(name.Value) : "unknown";

    public static Dictionary<string, string> Of(RepeatedField<KeyValue> attributes)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in attributes.Take(MostAttributes))
        {
            texts[Cut(attribute.Key)] = Of(attribute.Value);
        }

        return texts;
    }

    public static string Of(AnyValue? value) => Cut(value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => string.Join(", ", value.ArrayValue.Values.Take(MostAttributes).Select(Of)),
        AnyValue.ValueOneofCase.KvlistValue =>
            string.Join(", ", value.KvlistValue.Values.Take(MostAttributes).Select(pair => $"{pair.Key}={Of(pair.Value)}")),
        AnyValue.ValueOneofCase.BytesValue => Convert.ToBase64String(value.BytesValue.Span),
        _ => "",
    });

    public static string Id(ByteString id) => Convert.ToHexStringLower(id.Span);

    /// <summary>Milliseconds since 1970, with their fractions: what browsers count in.</summary>
    public static double Time(ulong nanoseconds) => nanoseconds / 1e6;

    public static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…");
}

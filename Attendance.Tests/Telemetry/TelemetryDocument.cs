using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text;
using Attendance.CameraApi.Telemetry;
using Attendance.Web.CheckIn;

namespace Attendance.Tests.Telemetry;

/// <summary>Generates <c>docs/telemetry.md</c> from the declared metrics and spans.</summary>
internal static class TelemetryDocument
{
    public static string Path { get; } = GeneratedPage.PathOf("telemetry.md");

    /// <summary>Every attribute that is declared, with its meaning.</summary>
    public static IReadOnlyDictionary<string, string> Attributes { get; } = Constants(typeof(TelemetryAttributes))
        .Concat(typeof(CheckInAttributes).Assembly.GetTypes().Where(type => type.Name.EndsWith("Attributes", StringComparison.Ordinal)).SelectMany(Constants))
        .ToDictionary(one => one.Value, one => one.Description, StringComparer.Ordinal);

    /// <summary>Every span that is declared, by its name, with its meaning and the attributes it may have.</summary>
    public static IReadOnlyDictionary<string, (string Meaning, IReadOnlyList<string> Attributes)> Spans { get; } = Constants(typeof(SpanNames))
        .ToDictionary(one => one.Value, one => (one.Description, one.Field.GetCustomAttribute<CarriesAttribute>()!.Attributes), StringComparer.Ordinal);

    public static string Renew(string page) => GeneratedPage.Renew(page, Generate());

    private static string Generate()
    {
        var page = new StringBuilder().Append("\n\n## Instruments\n\n");
        page.Append("| instrument | for Prometheus | kind, unit | meaning | attributes |\n|---|---|---|---|---|\n");
        var instruments = Instruments.All();
        foreach (var one in instruments)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| `{one.Name}` | `{PrometheusName(one)}` | {one.Kind} `{one.Unit}` | {one.Description} | {List(one.Attributes)} |\n");
        }

        page.Append("\nBuckets of the histograms, in seconds:\n\n");
        foreach (var one in instruments.Where(one => one.Bounds.Count > 0))
        {
            page.Append(CultureInfo.InvariantCulture, $"- `{one.Name}`: {string.Join(", ", one.Bounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)))}\n");
        }

        page.Append("\n## Spans\n\n| span | meaning | attributes |\n|---|---|---|\n");
        foreach (var (name, (meaning, attributes)) in Spans)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{name}{(name.EndsWith('.') ? "…" : "")}` | {meaning} | {List(attributes)} |\n");
        }

        page.Append("\n## Attributes\n\n| attribute | meaning |\n|---|---|\n");
        foreach (var (name, meaning) in Attributes.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {meaning} |\n");
        }

        return page.Append('\n').ToString();
    }

    /// <summary>Returns the name that the Prometheus exporter makes of name, unit and kind.</summary>
    internal static string PrometheusName(DescribedInstrument instrument)
    {
        var name = instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");
        return instrument.Kind == "Counter" ? name + "_total" : name;
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static IEnumerable<(FieldInfo Field, string Value, string Description)> Constants(Type type) =>
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public)
        where field.IsLiteral
        select (field, (string)field.GetRawConstantValue()!, field.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "");
}

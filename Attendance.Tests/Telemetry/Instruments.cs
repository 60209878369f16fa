using System.Collections;
using System.Diagnostics.Metrics;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Attendance.CameraApi.Telemetry;
using Attendance.ServiceDefaults;
using Attendance.Web.CheckIn;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.Tests.Telemetry;

/// <param name="Attributes">All attributes that were seen on a measurement.</param>
internal sealed record DescribedInstrument(
    string Name, string Kind, string Unit, string Description, IReadOnlyCollection<string> Attributes, IReadOnlyList<double> Bounds);

/// <summary>
/// Every instrument of both services, found by making every class that is given an <see cref="IMeterFactory"/>, and calling everything that these can
/// be called for: no list of them is kept by hand.
/// </summary>
internal static class Instruments
{
    public static IReadOnlyList<DescribedInstrument> All()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var seen = new SortedDictionary<string, (Instrument Instrument, SortedSet<string> Attributes)>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                seen[instrument.Name] = (instrument, new(StringComparer.Ordinal));
                listening.EnableMeasurementEvents(instrument);
            }
        };
        Measure<int>();
        Measure<long>();
        Measure<double>();
        listener.Start();

        foreach (var (type, constructor) in MetricsClasses())
        {
            Use(constructor.Invoke([.. constructor.GetParameters().Select(
                parameter => parameter.ParameterType == typeof(IMeterFactory) ? meters : Made(parameter.ParameterType, full: true))]), type);
        }

        listener.RecordObservableInstruments();
        return [.. seen.Values.Select(one => new DescribedInstrument(
            one.Instrument.Name, KindOf(one.Instrument), one.Instrument.Unit ?? "", one.Instrument.Description ?? "", one.Attributes, BoundsOf(one.Instrument)))];

        void Measure<T>() where T : struct => listener.SetMeasurementEventCallback<T>((instrument, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                seen[instrument.Name].Attributes.Add(tag.Key);
            }
        });
    }

    private static IEnumerable<(Type Type, ConstructorInfo Constructor)> MetricsClasses() =>
        from type in typeof(CameraApiActivity).Assembly.GetTypes().Concat(typeof(CheckInMetrics).Assembly.GetTypes()).Append(typeof(ReachedLimits))
        where type is { IsClass: true, IsAbstract: false }
        from constructor in type.GetConstructors()
        where constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(IMeterFactory))
        select (type, constructor);

    /// <summary>Calls every method twice: with and without its optional arguments.</summary>
    private static void Use(object metrics, Type type)
    {
        foreach (var method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName))
        {
            foreach (var full in (bool[])[true, false])
            {
                try
                {
                    method.Invoke(metrics, [.. method.GetParameters().Select(parameter => Made(parameter, full))]);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException(
                        $"{type.Name}.{method.Name} could not be called with made-up arguments, so what it measures cannot be described.", exception);
                }
            }
        }
    }

    private static object? Made(ParameterInfo parameter, bool full) =>
        !full && new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable ? null : Made(parameter.ParameterType, full);

    private static object? Made(Type type, bool full)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return "made-up";
        }

        if (type.IsValueType)
        {
            return Activator.CreateInstance(type);
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod(nameof(Action.Invoke))!;
            var result = invoke.ReturnType == typeof(void) ? null : Made(invoke.ReturnType, full);
            Expression body = invoke.ReturnType == typeof(void) ? Expression.Empty() : Expression.Constant(result, invoke.ReturnType);
            return Expression.Lambda(type, body, invoke.GetParameters().Select(one => Expression.Parameter(one.ParameterType))).Compile();
        }

        if (typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType)
        {
            return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        }

        // A record is made whole; of anything else no more is known than that somebody holds it.
        return type.GetMethod("<Clone>$") is not null && type.GetConstructors().MaxBy(one => one.GetParameters().Length) is { } constructor
            ? constructor.Invoke([.. constructor.GetParameters().Select(parameter => Made(parameter, full))])
            : type.IsInterface || type.IsAbstract ? null : RuntimeHelpers.GetUninitializedObject(type);
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0];

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
}

using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Attendance.ServiceDefaults.Settings;

/// <summary>Compares a configuration section with the type that it is bound to.</summary>
internal static class SettingsCheck
{
    private const int LongestShown = 40;
    private static readonly string[] s_secrets = ["Key", "Password", "Secret", "Token"];

    /// <returns>A sentence for each fault, which names the key.</returns>
    public static IReadOnlyList<string> Find(IConfigurationSection section, Type type)
    {
        var faults = new List<string>();
        CheckChildren(section, type, faults); // the section's own value is ignored, because the environment has many names such as 'NODE'
        return faults;
    }

    /// <param name="known">The names that exist at the same level.</param>
    public static string Unknown(string path, IReadOnlyCollection<string> known)
    {
        var (parent, name) = path.LastIndexOf(':') is var colon and > 0 ? (path[..(colon + 1)], path[(colon + 1)..]) : ("", path);
        var nearest = known.MinBy(one => Distance(one, name));
        return nearest is not null && Distance(nearest, name) <= Math.Max(2, name.Length / 3)
            ? $"'{path}' is no setting. Is '{parent}{nearest}' meant?"
            : $"'{path}' is no setting. There are: {string.Join(", ", known.Order(StringComparer.Ordinal))}.";
    }

    private static void Check(IConfigurationSection at, Type declared, List<string> faults)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (!IsScalar(type))
        {
            if (!string.IsNullOrEmpty(at.Value))
            {
                faults.Add($"'{at.Path}' is a group of settings and takes no value itself.");
            }

            CheckChildren(at, type, faults);
        }
        else if (at.GetChildren().FirstOrDefault() is { } child)
        {
            faults.Add($"'{child.Path}' is no setting: '{at.Path}' takes one value.");
        }
        else if (at.Value is { } value && type != typeof(string) && !(value.Length == 0 && type != declared) && !Converts(value, type))
        {
            var shown = s_secrets.Any(name => at.Key.EndsWith(name, StringComparison.OrdinalIgnoreCase)) ? "has a value that cannot be used"
                : $"is '{(value.Length > LongestShown ? value[..LongestShown] + "…" : value)}'";
            faults.Add($"'{at.Path}' {shown}; it must be {Expected(type)}.");
        }
    }

    private static void CheckChildren(IConfigurationSection at, Type type, List<string> faults)
    {
        if (ElementOf(type) is var (element, isList) && element is not null)
        {
            foreach (var child in at.GetChildren())
            {
                if (isList && !int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                {
                    faults.Add($"'{child.Path}' is no setting: '{at.Path}' is a list, so 0, 1, … must follow.");
                }
                else
                {
                    Check(child, element, faults);
                }
            }

            return;
        }

        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(CanBeBound)
            .ToDictionary(NameOf, StringComparer.OrdinalIgnoreCase);
        foreach (var child in at.GetChildren())
        {
            if (properties.TryGetValue(child.Key, out var property))
            {
                Check(child, property.PropertyType, faults);
            }
            else
            {
                faults.Add(Unknown(child.Path, properties.Keys));
            }
        }
    }

    private static bool CanBeBound(PropertyInfo property) => property.GetIndexParameters().Length == 0
        && (property.SetMethod is { IsPublic: true } || (property.GetMethod is { IsPublic: true } && ElementOf(property.PropertyType).Element is not null));

    private static string NameOf(PropertyInfo property) => property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;

    private static bool IsScalar(Type type) => type == typeof(string) || (TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)) && !typeof(IEnumerable).IsAssignableFrom(type));

    /// <returns>The element type of a dictionary or a list, or null for any other type.</returns>
    private static (Type? Element, bool IsList) ElementOf(Type type)
    {
        if (type == typeof(string))
        {
            return (null, false);
        }

        var all = type.GetInterfaces().Append(type).Where(one => one.IsGenericType).ToLookup(one => one.GetGenericTypeDefinition(), one => one.GetGenericArguments());
        var dictionary = all[typeof(IDictionary<,>)].Concat(all[typeof(IReadOnlyDictionary<,>)]).FirstOrDefault();
        return dictionary is not null ? (dictionary[1], false) : (all[typeof(IEnumerable<>)].FirstOrDefault()?[0], true);
    }

    private static bool Converts(string value, Type type)
    {
        try
        {
            var converted = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return !type.IsEnum || Enum.IsDefined(type, converted!);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException or NotSupportedException || error.InnerException is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string Expected(Type type) =>
        type == typeof(bool) ? "true or false"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : type == typeof(TimeSpan) ? "a time, as 00:00:30 for half a minute"
        : type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? "a number, with a point before its decimals"
        : type.IsPrimitive ? "a whole number within its range"
        : type == typeof(Uri) ? "an address"
        : type.GetCustomAttribute<DescriptionAttribute>() is { } described ? described.Description
        : $"a {type.Name}";

    /// <summary>Returns how many letters must be changed, removed or added (Levenshtein distance).</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }

        return row[^1];
    }
}

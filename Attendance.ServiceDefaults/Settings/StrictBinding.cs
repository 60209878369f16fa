using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Attendance.ServiceDefaults.Settings;

public static class StrictBinding
{
    /// <summary>
    /// Binds options to a configuration section, and refuses what the binder would silently ignore: an unknown key, or a value that cannot be
    /// converted. (The binder would leave out a dictionary entry with such a value completely.)
    /// </summary>
    /// <exception cref="OptionsValidationException">Thrown when the options are requested. It lists each fault with its key.</exception>
    public static OptionsBuilder<TOptions> BindStrictly<TOptions>(this OptionsBuilder<TOptions> options, string section) where TOptions : class
    {
        options.Services.AddSingleton(new BoundSection(section));
        options.Configure<IConfiguration, IEnumerable<BoundSection>>((_, configuration, bound) =>
        {
            var faults = SettingsCheck.Find(configuration.GetSection(section), typeof(TOptions))
                .Concat(UnknownSiblings(configuration, section, [.. bound.Select(one => one.Path)])).ToList();
            if (faults.Count > 0)
            {
                throw new OptionsValidationException(options.Name, typeof(TOptions), faults);
            }
        });
        return options.BindConfiguration(section);
    }

    /// <summary>Finds unknown sections beside a nested section, because one of them may be a misspelled name.</summary>
    private static IEnumerable<string> UnknownSiblings(IConfiguration configuration, string section, IReadOnlyList<string> bound)
    {
        var parent = section.LastIndexOf(':') is var colon and > 0 ? section[..colon] : null;
        return parent is null ? [] : configuration.GetSection(parent).GetChildren()
            .Where(child => !bound.Any(path => path.Equals(child.Path, StringComparison.OrdinalIgnoreCase)))
            .Select(child => SettingsCheck.Unknown(child.Path, [.. bound.Where(path => path.StartsWith(parent + ":", StringComparison.OrdinalIgnoreCase)).Select(path => path[(parent.Length + 1)..])]));
    }

    private sealed record BoundSection(string Path);
}

using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Localization;

namespace Attendance.Web.Languages;

/// <summary>
/// Chooses the language of a request: what was chosen in this browser, else what the account has, else what the browser asks for. Only pages follow it:
/// what programs read (requests, files, logs) is the same in every language, because <see cref="CultureInfo.CurrentCulture"/> stays invariant.
/// </summary>
internal static class LanguageChoice
{
    public const string Claim = "attendance:language";

    /// <summary>A language in which each text that can be translated is in brackets. Only tests ask for it.</summary>
    public const string Pseudo = "qps-Ploc";

    private const string Cookie = "attendance-language";

    public static void AddLanguages(this IHostApplicationBuilder builder) => builder.Services.Configure<RequestLocalizationOptions>(options =>
    {
        options.DefaultRequestCulture = new(CultureInfo.InvariantCulture, CultureInfo.GetCultureInfo(SupportedLanguages.English));
        options.SupportedCultures = [CultureInfo.InvariantCulture];
        options.SupportedUICultures = [.. SupportedLanguages.Cultures, .. builder.Environment.IsDevelopment() ? [CultureInfo.GetCultureInfo(Pseudo)] : Array.Empty<CultureInfo>()];
        options.ApplyCurrentCultureToResponseHeaders = true;
        options.RequestCultureProviders =
        [
            new CustomRequestCultureProvider(context => Task.FromResult(Chosen(context))),
            new AcceptLanguageHeaderRequestCultureProvider(),
        ];
    });

    /// <summary>Remembers in this browser what was chosen there.</summary>
    public static void Remember(HttpContext context, Language language) => context.Response.Cookies.Append(Cookie, language.Code, new CookieOptions
    {
        HttpOnly = true, IsEssential = true, MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps,
    });

    private static ProviderCultureResult? Chosen(HttpContext context)
    {
        var code = SupportedLanguages.Find(context.Request.Cookies[Cookie])?.Code ?? context.User.FindFirstValue(Claim);
        return SupportedLanguages.Find(code) is not { } language ? null : new ProviderCultureResult(Asked(context, language));
    }

    /// <summary>Returns the language as the browser asks for it, because that says how days and numbers are written: de-AT where de was chosen.</summary>
    private static string Asked(HttpContext context, Language language) =>
        context.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(each => each.Quality ?? 1).Select(each => each.Value.ToString())
            .FirstOrDefault(name => SupportedLanguages.Cultures.Any(culture => culture.Name == name && SupportedLanguages.Of(culture) == language)) ?? language.Code;
}

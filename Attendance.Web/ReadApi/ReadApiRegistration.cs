extern alias reference;

using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Security;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using reference::Scalar.AspNetCore;

namespace Attendance.Web.ReadApi;

internal static class ReadApiRegistration
{
    /// <summary>The page on which developers can read and try the API. Development only.</summary>
    private const string ReferencePath = "/scalar";

    public static void AddReadApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ReadApiOptions>().BindStrictly(ReadApiOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<ReadApiOptions>, ReadApiOptionsValidator>();
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<ReadApiOptions>>(ReadQuota.Configure);
        builder.Services.AddTokenSignIn();
        builder.Services.AddSingleton<CursorSeal>();
        builder.Services.AddSingleton<ListRequests>();
        builder.Services.AddScoped<ApiTokenStore>();
        builder.Services.AddReadApiDocument();
        builder.Services.AddHostedService<DeletionUpkeep>();
    }

    /// <summary>Maps the OpenAPI document, which has no secret and no data, and in Development the page that shows it.</summary>
    public static void MapReadApiDocument(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        if (app.Environment.IsDevelopment())
        {
            // Everything the page needs comes from this service. It loads no fonts or scripts from other hosts.
            app.MapScalarApiReference(ReferencePath, options => options.WithTitle("Attendance read API").DisableDefaultFonts().DisableAgent().DisableTelemetry())
                .AllowAnonymous().WithMetadata(new RunsInlineScriptsAttribute());
        }
    }
}

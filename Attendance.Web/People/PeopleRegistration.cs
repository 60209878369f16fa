using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.People;

internal static class PeopleRegistration
{
    public static void AddPeople(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ConsentOptions>().BindStrictly(ConsentOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<ConsentOptions>, ConsentOptionsValidator>();
        builder.Services.AddSingleton<IValidateOptions<ConsentOptions>, ConsentAnnotations>();
        builder.Services.AddScoped<ConsentRules>();
        builder.Services.AddSingleton<GuardianSeal>();
        builder.Services.AddSingleton<ConsentTexts>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ConsentTexts>());
        builder.Services.AddHostedService<Refolding>();
        builder.Services.AddSingleton<SearchToken>();
        builder.Services.AddScoped<PeopleStore>();
        builder.Services.AddSingleton<ShotSeal>();
        builder.Services.AddScoped<ShotStore>();
        builder.Services.AddScoped<PersonExport>();
        builder.Services.AddSingleton<TemplateRenewal>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TemplateRenewal>());
    }
}

using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Mail;

internal static class MailRegistration
{
    public static void AddMail(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<MailOptions>().BindStrictly(MailOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<MailOptions>, MailAnnotations>();
        builder.Services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsValidator>();
    }
}

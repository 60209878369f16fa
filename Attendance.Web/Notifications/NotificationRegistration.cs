using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Notifications.Contacts;
using Attendance.Web.Notifications.Sending;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Notifications;

internal static class NotificationRegistration
{
    public static void AddNotifications(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<NotificationOptions>().BindStrictly(NotificationOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<NotificationOptions>, NotificationOptionsValidator>();
        builder.Services.AddSingleton<NotificationMetrics>();
        builder.Services.AddSingleton<ContactLinks>();
        builder.Services.AddSingleton<MailComposer>();
        builder.Services.AddScoped<ContactStore>();
        builder.Services.AddScoped<NotificationRules>();
        builder.Services.AddScoped<Deliveries>();
        builder.Services.AddScoped<RuleMatches>();
        builder.Services.AddScoped<SessionLook>();
        builder.Services.AddScoped<RuleLooks>();
        builder.Services.AddScoped<MailBundling>();
        builder.Services.AddScoped<MailQueue>();
        builder.Services.AddScoped<MailPreparation>();
        builder.Services.AddHostedService<RuleWatch>();
        builder.Services.AddHostedService<MailDispatch>();
    }

    public static void MapNotifications(this IEndpointRouteBuilder routes) => routes.MapContacts();
}

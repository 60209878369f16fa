namespace Attendance.Web.Audit;

internal static class AuditRegistration
{
    public static void AddAudit(this IHostApplicationBuilder builder) => builder.Services.AddScoped<AuditLog>();
}

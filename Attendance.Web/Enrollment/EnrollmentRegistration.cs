namespace Attendance.Web.Enrollment;

internal static class EnrollmentRegistration
{
    public static void AddEnrollment(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ShotSeal>();
        builder.Services.AddSingleton<LeaseChecks>();
        builder.Services.AddScoped<ShotStore>();
    }

    public static void MapEnrollment(this IEndpointRouteBuilder routes) => routes.MapShots();
}

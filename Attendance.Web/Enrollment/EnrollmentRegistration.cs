using Attendance.Web.Enrollment.Quality;

namespace Attendance.Web.Enrollment;

internal static class EnrollmentRegistration
{
    public static void AddEnrollment(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ShotInspector>();
        builder.Services.AddScoped<ShotIntake>();
    }

    public static void MapEnrollment(this IEndpointRouteBuilder routes) => routes.MapShots();
}

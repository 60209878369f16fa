using System.Globalization;
using Attendance.ServiceDefaults;
using Attendance.Web.Accounts;
using Attendance.Web.Accounts.OpenId;
using Attendance.Web.Audit;
using Attendance.Web.Cameras;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Demo;
using Attendance.Web.Doors;
using Attendance.Web.Enrollment;
using Attendance.Web.Faces;
using Attendance.Web.Forwarding;
using Attendance.Web.Import;
using Attendance.Web.Kiosks;
using Attendance.Web.Languages;
using Attendance.Web.Layout;
using Attendance.Web.Mail;
using Attendance.Web.Notifications;
using Attendance.Web.Operations;
using Attendance.Web.People;
using Attendance.Web.PhoneCameras;
using Attendance.Web.ReadApi;
using Attendance.Web.Privacy;
using Attendance.Web.Retention;
using Attendance.Web.Reports;
using Attendance.Web.Rights;
using Attendance.Web.Schedules;
using Attendance.Web.Security;
using Attendance.Web.Webhooks;

// Numbers and times are formatted the same way on every machine and for every request; pages show them by Languages/Show.cs. ICU is there for people's names.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

if (args is ["--version"])
{
    Console.WriteLine(ProductVersion.Text);
    return;
}

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddServerLimits(ShotForm.LargestBody);
builder.Services.AddProblemDetails().AddWireJson();
builder.AddLanguages();
builder.AddSecurity();
builder.Services.AddSingleton<ModuleGraph>();
builder.AddData();
builder.AddAccounts();
builder.AddAudit();
builder.AddWebhooks();
builder.AddRights();
builder.AddFaces();
builder.AddPeople();
builder.AddRetention();
builder.AddSchedules();
builder.AddCheckIn();
builder.AddReadApi();
builder.AddPrivacy();
builder.AddReports();
builder.AddEnrollment();
builder.AddImport();
builder.AddPhoneCameras();
builder.AddKiosks();
builder.AddDoors();
builder.AddMail();
builder.AddNotifications();
builder.AddDemo();
builder.AddCameraApi();
builder.AddCameraPages();
builder.AddOperations();

var app = builder.Build();

app.UseSecurityHeaders();
app.UseErrorPages();
app.UseAssets();
app.UseRouting();
app.UseSameOriginOnly();
app.UseAuthentication();
app.UseRequestLocalization(); // after authentication, because an account may have a language
app.UseAuthorization();
app.UseRateLimiter(); // after authentication, because it counts by account if there is one
app.UsePasswordFirst();
app.UseAntiforgery();
app.MapDefaultEndpoints();
app.MapReadApiDocument();

var routes = app.MapNamed();
routes.MapAccounts();
routes.MapOpenId();
routes.MapEnrollment();
routes.MapCheckIn();
routes.MapRead();
routes.MapReports();
routes.MapImport();
routes.MapKiosks();
routes.MapNotifications();
routes.MapPhoneCameras();
routes.MapCameraApi();
routes.MapOperations();
routes.MapRazorPages();

await app.RunAsync();

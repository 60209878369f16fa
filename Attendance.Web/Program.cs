using Attendance.ServiceDefaults;
using Attendance.Web.Cameras;
using Attendance.Web.Forwarding;
using Attendance.Web.Layout;
using Attendance.Web.Security;
using Attendance.Web.Sessions;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddProblemDetails();
builder.AddSecurity();
builder.AddSharedSessions();
builder.AddCameraApi();
builder.AddCameraPages();

var app = builder.Build();

app.UseSecurityHeaders();
app.UseErrorPages();
app.UseStaticFiles(AssetCaching.Revalidated);
app.UseRouting();
app.UseSameOriginOnly();
app.MapDefaultEndpoints();
app.MapCameraApi();
app.MapRazorPages();

app.Run();

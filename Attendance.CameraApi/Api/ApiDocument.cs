using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Attendance.CameraApi.Api;

/// <summary>
/// Completes the OpenAPI document for client generators and linters: the API key, and the responses that every operation can return.
/// </summary>
internal static class ApiDocument
{
    private const string Scheme = "ApiKey";

    public static void AddApiDocument(this IHostApplicationBuilder builder) => builder.Services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(CompleteAsync);
    });

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Attendance camera API";
        document.Info.Description = "Cameras are leased to sessions: whoever has a lease has the camera, until it is released, expires, or is taken back.";
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = WireHeaders.ApiKey,
            Description = "Security:ApiKey of the camera API. In Development it may be without one; then it serves its own machine only.",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return Task.CompletedTask;
    }

    private static Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        operation.Responses["401"] = new OpenApiResponse { Description = $"`{ProblemCodes.ApiKeyRequired}`: the header {WireHeaders.ApiKey} lacks, or is wrong." };
        return Task.CompletedTask;
    }
}
